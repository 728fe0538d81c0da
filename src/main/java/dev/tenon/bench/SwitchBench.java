package dev.tenon.bench;

import dev.tenon.method.BaseTensors;
import dev.tenon.method.Methods;
import dev.tenon.method.Scatter;
import dev.tenon.method.SparseDelta;
import dev.tenon.model.CausalModel;
import dev.tenon.model.LowRankPair;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures how long a model's own weights take to become another adapter's and their own again: SHiRA's entries written in
 * place against a LoRA of the same sites and size added by one product a matrix, in place too. The two take turns. Prints
 * one JSON line with the median and the least of all rounds, in milliseconds.
 */
public final class SwitchBench {
    private SwitchBench() {}

    public static void main(String[] args) {
        var options = new Arguments(
                args,
                "model",
                "random:llama-1b",
                "rank",
                "16",
                "targets",
                "all-linear",
                "rounds",
                "9",
                "dtype",
                "fp32",
                "device",
                "cpu");
        try (var model = BenchModel.open(options, null)) {
            System.out.println(new JsonMapper().writeValueAsString(measure(options, model)));
        }
    }

    private static Map<String, Object> settings(Arguments options, String method) {
        String targets = options.text("targets");
        return Map.of(
                "method",
                method,
                "rank",
                options.number("rank"),
                "target_modules",
                targets.contains(",") ? List.of(targets.split(",")) : targets);
    }

    private static Map<String, Object> measure(Arguments options, CausalModel model) {
        int rounds = options.number("rounds");
        var in = new double[rounds];
        var out = new double[rounds];
        var fused = new double[rounds];
        var unfused = new double[rounds];
        var byDelta = new double[rounds];
        var report = new LinkedHashMap<String, Object>();
        try (var lora = Methods.scan().attach(model, settings(options, "lora"), 1);
                var shira = (SparseDelta) Methods.scan().attach(model, settings(options, "shira"), 1);
                var ready = new Scatter.Ready(model, shira);
                var scope = Scope.open()) {
            var pairs = lora.hooks().lowRankOnly();
            for (int round = -1; round < rounds; round++) {
                int at = Math.max(0, round);
                long begin = System.nanoTime();
                try (var switched = ready.in(1)) {
                    in[at] = since(model, begin);
                    begin = System.nanoTime();
                }
                out[at] = since(model, begin);
                fused[at] = fuse(model, pairs, 1);
                unfused[at] = fuse(model, pairs, -1);
                byDelta[at] = fuseByDelta(model, pairs, 1);
                fuseByDelta(model, pairs, -1);
            }
            report.put("sites", pairs.size());
            report.put("valuesOfShira", shira.parameterCount());
            report.put("valuesOfLora", lora.parameterCount());
        }
        report.put("shiraIn", figures(in));
        report.put("shiraOut", figures(out));
        report.put("loraFused", figures(fused));
        report.put("loraUnfused", figures(unfused));
        report.put("loraFusedByDelta", figures(byDelta));
        report.put(
                "ratioOfMediansByDelta",
                figures(byDelta).getFirst() / figures(in).getFirst());
        report.put(
                "ratioOfLeastByDelta", figures(byDelta).getLast() / figures(in).getLast());
        report.put("ratioOfMedians", figures(fused).getFirst() / figures(in).getFirst());
        report.put("ratioOfLeast", figures(fused).getLast() / figures(in).getLast());
        report.put("model", options.text("model"));
        report.put("dtype", model.type().name());
        report.put("rank", options.number("rank"));
        report.put("versions", Machine.versions(model.device()));
        return report;
    }

    private static double fuse(CausalModel model, Map<String, LowRankPair> pairs, int sign) {
        long begin = System.nanoTime();
        try (var scope = Scope.open()) {
            pairs.forEach((path, pair) -> Kernels.callNothing(
                    "add_low_rank_to_matrix",
                    BaseTensors.require(model, path + ".weight"),
                    pair.b(),
                    pair.a(),
                    sign * pair.scale()));
            return since(model, begin);
        }
    }

    /** As PEFT does it: the whole change is made, scaled and added. */
    private static double fuseByDelta(CausalModel model, Map<String, LowRankPair> pairs, int sign) {
        long begin = System.nanoTime();
        pairs.forEach((path, pair) -> {
            try (var scope = Scope.open()) {
                Tensor delta = Kernels.call("scale", Kernels.call("matmul", pair.b(), pair.a()), sign * pair.scale());
                Tensor weight = BaseTensors.require(model, path + ".weight");
                Kernels.callNothing("add_row", weight, delta);
            }
        });
        return since(model, begin);
    }

    /** Milliseconds, once everything is done. */
    private static double since(CausalModel model, long begin) {
        Tensor last = model.linearSites().getFirst().weight();
        last.slice(0, 0, 1).slice(1, 0, 1).item();
        return (System.nanoTime() - begin) / 1e6;
    }

    /** The median and the least. */
    private static List<Double> figures(double[] millis) {
        double[] sorted = millis.clone();
        Arrays.sort(sorted);
        return List.of(sorted[sorted.length / 2], sorted[0]);
    }
}
