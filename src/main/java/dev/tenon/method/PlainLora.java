package dev.tenon.method;

import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes low-rank adapters as plain LoRA in PEFT's files, which any reader serves on the unchanged base. Where that is all
 * there is to an adapter the folder also has its own settings, which PEFT passes over and by which it comes back as what
 * it was.
 */
public final class PlainLora {
    static final String PREFIX = "base_model.model.";
    static final String SETTINGS = "tenon_settings";
    private static final String METHOD = "tenon_method";

    private PlainLora() {}

    /** Writes an adapter as it stands into an existing folder; layers whose update has no rank are left out. */
    public static void save(LowRankAdapter<?> adapter, Path folder, String baseName) {
        var pairs = new LinkedHashMap<String, LowRankPair>();
        try (var scope = Scope.open()) {
            adapter.pairs().forEach((path, pair) -> {
                if (pair.rank() > 0) {
                    pairs.put(path, pair.joined());
                }
            });
            var tensors = new LinkedHashMap<String, Tensor>();
            pairs.forEach((path, pair) -> {
                tensors.put(PREFIX + path + ".lora_A.weight", pair.a());
                tensors.put(PREFIX + path + ".lora_B.weight", pair.b());
            });
            AdapterTensors.write(folder, tensors);
        }
        var settings = settings(adapter, pairs, baseName);
        if (adapter.isItsPairs()) {
            var own = Methods.scan().canonical(adapter.config());
            settings.put(METHOD, own.get(Methods.METHOD));
            settings.put(SETTINGS, own);
        }
        AdapterFolder.writeSettings(folder, settings);
    }

    private static Map<String, Object> settings(
            LowRankAdapter<?> adapter, Map<String, LowRankPair> pairs, String baseName) {
        long rank = pairs.values().stream().mapToLong(LowRankPair::rank).max().orElse(1);
        double alpha = pairs.values().stream()
                .filter(pair -> pair.rank() == rank)
                .mapToDouble(PlainLora::alpha)
                .findFirst()
                .orElse(1);
        var ranks = new LinkedHashMap<String, Object>();
        var alphas = new LinkedHashMap<String, Object>();
        pairs.forEach((path, pair) -> {
            if (pair.rank() != rank) {
                ranks.put(path, pair.rank());
            }
            if (alpha(pair) != alpha) {
                alphas.put(path, PeftSettings.number(alpha(pair)));
            }
        });
        var peft = PeftSettings.begin("LORA", baseName);
        peft.put("r", rank);
        peft.put("lora_alpha", PeftSettings.number(alpha));
        peft.put("lora_dropout", 0.0);
        peft.put("target_modules", targets(adapter, pairs));
        peft.put("bias", "none");
        peft.put("fan_in_fan_out", false);
        peft.put("use_rslora", false);
        peft.put("init_lora_weights", true);
        peft.put("rank_pattern", ranks);
        peft.put("alpha_pattern", alphas);
        return peft;
    }

    /** {@code scale · rank}, without the last digits of its rounding. */
    private static double alpha(LowRankPair pair) {
        return new BigDecimal(pair.scale() * pair.rank())
                .round(new MathContext(12))
                .doubleValue();
    }

    /** Short names where they mean exactly these layers, otherwise whole paths. */
    private static List<String> targets(LowRankAdapter<?> adapter, Map<String, LowRankPair> pairs) {
        var names = pairs.keySet().stream()
                .map(path -> path.substring(path.lastIndexOf('.') + 1))
                .distinct()
                .toList();
        var brief = new ModuleNames(null, names);
        boolean exact = adapter.model().sites(LinearSite.class).stream()
                .allMatch(site -> brief.take(site.path()) == pairs.containsKey(site.path()));
        return exact ? names : List.copyOf(pairs.keySet());
    }
}
