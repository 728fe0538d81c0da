package dev.tenon.method.throwaway;

import dev.tenon.method.MethodContract;
import java.util.List;
import java.util.Map;

class ThrowawayTest extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(Map.of("method", "throwaway", "target_modules", List.of("all-linear")));
    }

    @Override
    protected boolean dependsOnTheSeed() {
        return false;
    }

    @Override
    protected double learningRate() {
        return 0.1;
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.start",
                Map.of("method", "throwaway", "start", 0),
                "adapter.target_modules",
                Map.of("method", "throwaway", "target_modules", List.of("c_attn")));
    }
}
