package dev.tenon.method.adalora;

import dev.tenon.core.Problem;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.AdapterTensors;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.PeftSettings;
import dev.tenon.method.PeftTensors;
import dev.tenon.method.Targets;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** AdaLoRA's folders as PEFT has them: tensors without the ranks that were cut, and which those were. */
final class AdaLoraPeft {
    private static final String PREFIX = "base_model.model.";
    private static final String RANKS = "rank_pattern";
    private static final String TOTAL = "total_step";
    /** What stands for the length of a run that never was. */
    private static final int SOME_STEPS = 100;

    private AdaLoraPeft() {}

    static AdaLoraConfig config(Map<String, Object> settings) {
        return (AdaLoraConfig) new PeftSettings("adalora", settings)
                .same("init_r", "init_rank")
                .same("target_r", "target_rank")
                .same("lora_alpha", "alpha")
                .same("lora_dropout", "dropout")
                .same("target_modules")
                .list("layers_to_transform")
                .same("tinit")
                .same("tfinal")
                .same("deltaT", "delta_t")
                .same("beta1")
                .same("beta2")
                .same("orth_reg_weight")
                .skip("init_lora_weights")
                .skip("r")
                .skip("qalora_group_size")
                .skip(TOTAL)
                .skip(RANKS)
                .only("bias", "none")
                .read();
    }

    static int total(Map<String, Object> settings) {
        return settings.get(TOTAL) instanceof Number steps ? steps.intValue() : 0;
    }

    /** Which triplets of which layers are left; PEFT names a layer by its tensor {@code lora_E}. */
    static Map<String, List<Boolean>> ranks(Map<String, Object> settings, List<String> layers) {
        var ranks = new LinkedHashMap<String, List<Boolean>>();
        if (settings.get(RANKS) instanceof Map<?, ?> given) {
            given.forEach((key, left) -> {
                String path = String.valueOf(key).replaceFirst("\\.lora_E(\\.default)?$", "");
                if (!layers.contains(path) || !(left instanceof List<?> flags)) {
                    throw Problem.invalid(
                            "file",
                            "unsupported_adapter_config",
                            "'%s' has a '%s' for '%s', which is no layer of the adapter."
                                    .formatted(AdapterFolder.SETTINGS, RANKS, key));
                }
                ranks.put(path, flags.stream().map(Boolean.TRUE::equals).toList());
            });
        }
        return ranks;
    }

    static AdaLoraAdapter load(
            Network model,
            Path folder,
            AdaLoraConfig config,
            List<SiteShape> sites,
            Map<String, List<Boolean>> ranks,
            int total) {
        var tensors = ParameterSet.filled(model.device(), set -> {
            for (var site : sites) {
                var left = ranks.get(site.path());
                long rank = left == null
                        ? config.initRank()
                        : left.stream().filter(flag -> flag).count();
                zeros(set, site.path() + AdaLoraAdapter.A, rank, site.in());
                zeros(set, site.path() + AdaLoraAdapter.B, site.out(), rank);
                zeros(set, site.path() + AdaLoraAdapter.E, rank, 1);
            }
        });
        var layers = sites.stream().map(SiteShape::path).toList();
        return PeftTensors.fill(new AdaLoraAdapter(model, config, tensors, layers, ranks, total), folder);
    }

    private static void zeros(ParameterSet set, String name, long... shape) {
        set.train(name, Tensors.zeros(DType.F32, Device.cpu(), shape));
    }

    static void save(AdaLoraAdapter adapter, Path folder, String baseName) {
        var ranks = adapter.ranks();
        var tensors = new LinkedHashMap<String, Tensor>();
        try (var scope = Scope.open()) {
            adapter.parameters().forEach((name, tensor) -> {
                var left = ranks.get(name.substring(0, name.lastIndexOf('.')));
                boolean whole = left == null || !adapter.holdsCutTriplets();
                tensors.put(PREFIX + name, whole ? tensor : kept(name, tensor.detach(), left));
            });
            AdapterTensors.write(folder, tensors);
        }
        AdapterFolder.writeSettings(folder, settings(adapter, baseName));
    }

    private static Tensor kept(String name, Tensor tensor, List<Boolean> left) {
        long[] places = IntStream.range(0, left.size())
                .filter(left::get)
                .mapToLong(i -> i)
                .toArray();
        return tensor.select(
                name.endsWith(AdaLoraAdapter.B) ? 1 : 0, Tensors.of(places, tensor.device(), places.length));
    }

    private static Map<String, Object> settings(AdaLoraAdapter adapter, String baseName) {
        var config = adapter.config();
        int total = adapter.total() > 0 ? adapter.total() : SOME_STEPS;
        var budget = RankBudget.of(config, adapter.matchedModules().size(), total);
        var peft = PeftSettings.begin("ADALORA", baseName);
        peft.put("init_r", config.initRank());
        peft.put("target_r", config.targetRank());
        peft.put("lora_alpha", PeftSettings.number(config.alpha()));
        peft.put("lora_dropout", config.dropout());
        peft.put("target_modules", targets(adapter));
        peft.put("layers_to_transform", config.layersToTransform().isEmpty() ? null : config.layersToTransform());
        peft.put("tinit", budget.warmup());
        peft.put("tfinal", budget.cooldown());
        peft.put("deltaT", config.deltaT());
        peft.put("beta1", config.beta1());
        peft.put("beta2", config.beta2());
        peft.put("orth_reg_weight", config.orthRegWeight());
        peft.put(TOTAL, total);
        peft.put("bias", "none");
        var ranks = new LinkedHashMap<String, Object>();
        adapter.ranks().forEach((path, left) -> ranks.put(path + AdaLoraAdapter.E, left));
        peft.put(RANKS, ranks.isEmpty() ? null : ranks);
        return peft;
    }

    /** PEFT knows no shorthand for all layers here: names are written out. */
    private static Object targets(AdaLoraAdapter adapter) {
        var names = adapter.config().targetModules();
        if (!Targets.isAll(names)) {
            return names.json();
        }
        return adapter.matchedModules().stream()
                .map(path -> path.substring(path.lastIndexOf('.') + 1))
                .distinct()
                .toList();
    }
}
