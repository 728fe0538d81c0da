package dev.tenon.serving.engine;

import java.util.List;
import java.util.Map;

/** Adapters that a mixed batch has among others: of what a batch computes together several that differ and several alike. */
final class MixedSettings {
    static final List<Map<String, Object>> ALL = List.of(
            // at a scale of 16 attention is so sharp that rounding alone moves the logits by more than the tolerance
            Map.of("method", "lora", "rank", 1, "alpha", 2),
            Map.of("method", "lora", "rank", 3, "target_modules", List.of("q_proj", "v_proj")),
            Map.of("method", "lora", "rank", 8, "rank_pattern", Map.of("down_proj", 2)),
            Map.of("method", "lora", "rank", 4, "use_dora", true),
            Map.of("method", "lora", "rank", 2, "modules_to_save", List.of("lm_head")),
            Map.of("method", "ia3"),
            Map.of("method", "ssf"),
            Map.of("method", "bitfit"),
            Map.of("method", "lntuning"),
            Map.of("method", "bottleneck"),
            Map.of("method", "language"),
            Map.of("method", "compacter"),
            Map.of("method", "dylora", "rank", 4),
            Map.of("method", "adalora"),
            Map.of("method", "mola", "rank", 2, "experts", List.of(2, 3, 4)),
            Map.of("method", "shira"),
            Map.of("method", "ptuning", "num_virtual_tokens", 4),
            Map.of("method", "prompttuning", "num_virtual_tokens", 5),
            Map.of("method", "prefixtuning", "num_virtual_tokens", 19),
            Map.of(
                    "method",
                    "ia3",
                    "target_modules",
                    List.of("v_proj", "o_proj", "down_proj"),
                    "feedforward_modules",
                    List.of("down_proj")),
            Map.of(
                    "method",
                    "ia3",
                    "target_modules",
                    List.of("up_proj"),
                    "feedforward_modules",
                    List.of(),
                    "modules_to_save",
                    List.of("model.norm")),
            Map.of("method", "bitfit", "create_missing", false),
            Map.of("method", "lntuning", "target_modules", List.of("post_attention_layernorm", "model.norm")),
            Map.of(
                    "method",
                    "full",
                    "target_modules",
                    List.of("input_layernorm"),
                    "target_tensors",
                    List.of("model.layers.1.mlp.up_proj.bias", "lm_head.bias")),
            Map.of("method", "bottleneck", "width", 5, "placement", "both", "form", "parallel", "bias", true),
            Map.of("method", "bottleneck", "width", 7, "placement", "both", "form", "parallel", "bias", true),
            Map.of("method", "bottleneck", "width", 60, "activation", "silu", "scale", 4.0, "learned_scale", true),
            Map.of("method", "bottleneck", "width", 3, "scale", 12.0, "target_modules", List.of("q_proj", "up_proj")),
            Map.of("method", "bottleneck", "width", 4, "scale", 12.0, "target_modules", List.of("q_proj", "up_proj")),
            Map.of(
                    "method",
                    "bottleneck",
                    "width",
                    4,
                    "form",
                    "parallel",
                    "scale",
                    4.0,
                    "target_modules",
                    List.of("down_proj")));

    private MixedSettings() {}
}
