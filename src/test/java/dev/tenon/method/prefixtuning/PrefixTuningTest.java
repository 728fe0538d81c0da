package dev.tenon.method.prefixtuning;

import dev.tenon.method.MethodContract;
import java.util.List;
import java.util.Map;

class PrefixTuningTest extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "prefixtuning", "num_virtual_tokens", 4),
                Map.of("method", "prefixtuning", "num_virtual_tokens", 2, "init_weights", "zero"),
                Map.of(
                        "method",
                        "prefixtuning",
                        "num_virtual_tokens",
                        3,
                        "prefix_projection",
                        true,
                        "encoder_hidden_size",
                        8));
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.num_virtual_tokens",
                Map.of("method", "prefixtuning", "num_virtual_tokens", 0),
                "adapter.prefix_projection",
                Map.of("method", "prefixtuning", "prefix_projection", "yes"),
                "adapter.init_weights",
                Map.of("method", "prefixtuning", "init_weights", "ones"),
                "adapter.encoder_hidden_size",
                Map.of("method", "prefixtuning", "encoder_hidden_size", -1));
    }

    @Override
    protected boolean startsAsBase() {
        return false;
    }

    @Override
    protected boolean dependsOnTheSeed(Map<String, Object> setting) {
        return !"zero".equals(setting.get("init_weights"));
    }

    @Override
    protected boolean keepsItsParameters() {
        return false;
    }

    @Override
    protected double learningRate() {
        return 0.05;
    }
}
