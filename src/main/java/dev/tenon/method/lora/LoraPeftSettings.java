package dev.tenon.method.lora;

import dev.tenon.core.Problem;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.Methods;
import dev.tenon.method.ModuleNames;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** LoRA's settings in the words of PEFT's {@code adapter_config.json}. */
final class LoraPeftSettings {
    /** Our name by PEFT's, for what both mean the same by. */
    private static final Map<String, String> SAME = Map.ofEntries(
            Map.entry("r", "rank"),
            Map.entry("lora_alpha", "alpha"),
            Map.entry("lora_dropout", "dropout"),
            Map.entry("target_modules", "target_modules"),
            Map.entry("exclude_modules", "exclude_modules"),
            Map.entry("use_rslora", "use_rslora"),
            Map.entry("rank_pattern", "rank_pattern"),
            Map.entry("alpha_pattern", "alpha_pattern"),
            Map.entry("layers_to_transform", "layers_to_transform"),
            Map.entry("layers_pattern", "layers_pattern"),
            Map.entry("modules_to_save", "modules_to_save"),
            Map.entry("bias", "bias"),
            Map.entry("use_dora", "use_dora"));

    private static final List<String> LISTS = List.of("layers_to_transform", "layers_pattern", "modules_to_save");

    /** What says nothing about the computation. */
    private static final Set<String> HARMLESS = Set.of(
            "peft_type",
            "peft_version",
            "auto_mapping",
            "base_model_name_or_path",
            "revision",
            "inference_mode",
            "megatron_core",
            "qalora_group_size");

    private LoraPeftSettings() {}

    static LoraConfig read(Map<String, Object> settings) {
        var ours = new LinkedHashMap<String, Object>();
        ours.put(Methods.METHOD, "lora");
        // PEFT's defaults where the file says nothing
        ours.put("alpha", 8);
        ours.put("target_modules", List.of("q_proj", "v_proj"));
        var refused = new LinkedHashSet<String>();
        settings.forEach((name, value) -> {
            String same = SAME.get(name);
            if (value == null || HARMLESS.contains(name)) {
                return;
            }
            if (same != null) {
                ours.put(same, LISTS.contains(name) && !(value instanceof Collection) ? List.of(value) : value);
            } else if (name.equals("init_lora_weights") && start(value) instanceof String start) {
                ours.put("init_lora_weights", start);
            } else if (!isDefault(name, value)) {
                refused.add(name + " = " + value);
            }
        });
        if (!refused.isEmpty()) {
            throw Problem.invalid(
                    "file",
                    "unsupported_adapter_config",
                    "'%s' has settings that are not supported: %s."
                            .formatted(AdapterFolder.SETTINGS, String.join(", ", refused)));
        }
        return (LoraConfig) Methods.scan().parse(ours);
    }

    /**
     * Our word for a start, or null for one that is not supported. The exact decomposition is what {@code
     * pissa_niter_16} and the like come near to by random iterations that no file records.
     */
    private static @Nullable String start(Object value) {
        return switch (value) {
            case Boolean any -> "kaiming";
            case String name when name.equals("gaussian") -> name;
            case String name when name.matches("pissa(_niter_\\d{1,4})?") -> "pissa";
            default -> null;
        };
    }

    /** Whether a setting that we do not know has the value it has when nobody set it. */
    private static boolean isDefault(String name, @Nullable Object value) {
        if (name.equals("task_type")) {
            return "CAUSAL_LM".equals(value);
        }
        return switch (value) {
            case null -> true;
            case Boolean flag -> !flag;
            case Collection<?> items -> items.isEmpty();
            case Map<?, ?> entries -> entries.values().stream().allMatch(entry -> isDefault("", entry));
            default -> false;
        };
    }

    /** The settings that every reader knows, and of the others those that were set. */
    static void write(LoraAdapter adapter, Path folder, String baseName) {
        LoraConfig config = adapter.config();
        var peft = new LinkedHashMap<String, Object>();
        peft.put("peft_type", "LORA");
        peft.put("task_type", "CAUSAL_LM");
        peft.put("base_model_name_or_path", baseName);
        peft.put("inference_mode", true);
        peft.put("r", config.rank());
        peft.put("lora_alpha", number(config.alpha()));
        peft.put("lora_dropout", config.dropout());
        peft.put("target_modules", targets(adapter));
        peft.put("bias", config.bias());
        peft.put("fan_in_fan_out", false);
        peft.put("use_rslora", config.useRslora());
        peft.put("use_dora", config.useDora());
        peft.put("init_lora_weights", config.initLoraWeights().equals("kaiming") ? true : config.initLoraWeights());
        peft.put("rank_pattern", config.rankPattern());
        var alphas = new LinkedHashMap<String, Object>();
        config.alphaPattern().forEach((pattern, alpha) -> alphas.put(pattern, number(alpha)));
        peft.put("alpha_pattern", alphas);
        peft.put("modules_to_save", config.modulesToSave().isEmpty() ? null : config.modulesToSave());
        if (!config.excludeModules().isEmpty()) {
            peft.put("exclude_modules", config.excludeModules().json());
        }
        peft.put("layers_to_transform", config.layersToTransform().isEmpty() ? null : config.layersToTransform());
        peft.put("layers_pattern", config.layersPattern().isEmpty() ? null : config.layersPattern());
        AdapterFolder.writeSettings(folder, peft);
    }

    /**
     * The shorthand for all linear layers is written out, as PEFT does: by the shortest ends of their paths that no
     * other layer has.
     */
    private static Object targets(LoraAdapter adapter) {
        if (!adapter.config().allLinear()) {
            return adapter.config().targetModules().json();
        }
        var names = new LinkedHashSet<String>();
        for (String path : adapter.pairs().keySet()) {
            int from = path.lastIndexOf('.');
            while (from >= 0 && isOfAnother(adapter, path.substring(from + 1))) {
                from = path.lastIndexOf('.', from - 1);
            }
            names.add(path.substring(from + 1));
        }
        return names;
    }

    private static boolean isOfAnother(LoraAdapter adapter, String name) {
        return adapter.linearPaths().stream()
                .anyMatch(path ->
                        ModuleNames.of(name).take(path) && !adapter.pairs().containsKey(path));
    }

    /** PEFT writes whole alphas without a fraction. */
    private static Object number(double alpha) {
        return alpha == Math.rint(alpha) ? (Object) (long) alpha : (Object) alpha;
    }
}
