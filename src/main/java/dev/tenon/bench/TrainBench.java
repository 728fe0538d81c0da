package dev.tenon.bench;

import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.model.CausalModel;
import dev.tenon.tensor.Kernels;
import dev.tenon.training.Batch;
import dev.tenon.training.Document;
import dev.tenon.training.Hyperparameters;
import dev.tenon.training.Trainer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures training: forward, backward and optimiser steps on random documents of one length, all tokens trained.
 * Prints one JSON line.
 *
 * <p>{@code fraction} is the part of this machine's own matrix-product rate that goes into the model: {@code 4 ·
 * parameters} operations a token, as a frozen base takes two passes of {@code 2 · parameters} (no gradient of its
 * weights). {@code fractionByProcessorTime} is the same by the time that this process had a processor, on a machine that does
 * other work meanwhile. With {@code -Dtenon.kernel-profile=true} the costliest kernels are listed on the error stream.
 */
public final class TrainBench {
    private static final int WARM_UP = 6;
    private static final int PROFILED = 20;

    private TrainBench() {}

    public static void main(String[] args) {
        var options = new Arguments(
                args,
                "model",
                "random:llama-1b",
                "method",
                "lora",
                "rank",
                "16",
                "targets",
                "all-linear",
                "batch",
                "8",
                "length",
                "1024",
                "steps",
                "20",
                "quantize",
                "none");
        try (var model = BenchModel.open(options, BenchModel.form(options.text("quantize")));
                var adapter = Methods.scan().attach(model, settings(options), 1)) {
            System.out.println(new JsonMapper().writeValueAsString(measure(options, model, adapter)));
        }
    }

    /** Rank and targets are set where the method has them; the rest are its defaults. */
    private static Map<String, Object> settings(Arguments options) {
        String method = options.text("method");
        var settings = new LinkedHashMap<String, Object>();
        settings.put(Methods.METHOD, method);
        if (Methods.scan().schema(method).get("properties") instanceof Map<?, ?> known) {
            if (known.containsKey("rank")) {
                settings.put("rank", options.number("rank"));
            }
            if (known.containsKey("target_modules")) {
                settings.put("target_modules", options.text("targets"));
            }
        }
        return settings;
    }

    private static Map<String, Object> measure(Arguments options, CausalModel model, Adapter adapter) {
        int steps = options.number("steps");
        int length = options.number("length");
        var before = Machine.matrixProductRate(model.device(), model.type());
        var hyperparameters = new Hyperparameters(
                1, options.number("batch"), length, 1e-4, "constant", 0, 0, 1, 1, 1, steps, steps, 0);
        var millis = new double[steps];
        double loss = 0;
        double used = 0;
        try (var trainer = new Trainer(model, adapter, hyperparameters, WARM_UP + steps)) {
            for (int step = 1; step <= WARM_UP + steps; step++) {
                if (step == WARM_UP + 1) {
                    Kernels.profile();
                    used = Machine.processorMillis();
                }
                var batches = List.of(batch(model, options.number("batch"), length, step));
                long begin = System.nanoTime();
                loss = trainer.step(step, batches).loss();
                if (step > WARM_UP) {
                    millis[step - WARM_UP - 1] = (System.nanoTime() - begin) / 1e6;
                }
            }
        }
        used = (Machine.processorMillis() - used) / steps;
        printProfile();
        var rate = before.best(Machine.matrixProductRate(model.device(), model.type()));
        return report(options, model, adapter, millis, used, loss, rate);
    }

    private static Map<String, Object> report(
            Arguments options,
            CausalModel model,
            Adapter adapter,
            double[] millis,
            double used,
            double loss,
            Machine.ProductRate rate) {
        double total = Arrays.stream(millis).sum();
        double tokens = (double) options.number("batch") * options.number("length") * millis.length;
        double tokensPerSecond = tokens / (total / 1000);
        Arrays.sort(millis);
        long parameters = model.config().parameters();
        var report = new LinkedHashMap<String, Object>();
        report.put("benchmark", "train");
        report.put("model", options.text("model"));
        report.put("method", options.text("method"));
        report.put("rank", options.number("rank"));
        report.put("batch", options.number("batch"));
        report.put("length", options.number("length"));
        report.put("steps", millis.length);
        report.put("dtype", model.type().name());
        report.put("quantize", options.text("quantize"));
        report.put("tokensPerSecond", tokensPerSecond);
        report.put("millisPerStepP50", millis[millis.length / 2]);
        report.put("millisPerStepP99", millis[(int) Math.ceil(0.99 * millis.length) - 1]);
        report.put("peakBytes", Machine.peakBytes(model.device()));
        report.put("parameters", parameters);
        report.put("trainableParameters", adapter.parameterCount());
        report.put("matmulFlops", rate.byClock());
        report.put("fraction", 4 * parameters * tokensPerSecond / rate.byClock());
        if (!model.device().isGpu()) {
            double tokensPerStep = tokens / millis.length;
            report.put("processorMillisPerStep", used);
            report.put("fractionByProcessorTime", 4 * parameters * tokensPerStep / (used / 1000) / rate.byProcessor());
        }
        report.put("loss", loss);
        report.put("versions", Machine.versions(model.device()));
        return report;
    }

    static Batch batch(CausalModel model, int documents, int length, int seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        var all = new boolean[length];
        Arrays.fill(all, true);
        var list = new ArrayList<Document>();
        for (int i = 0; i < documents; i++) {
            int[] ids = random.ints(length, 0, model.config().vocabulary()).toArray();
            list.add(Document.next(ids, all));
        }
        return Batch.of(list);
    }

    private static void printProfile() {
        Kernels.profile().entrySet().stream()
                .sorted((a, b) -> Double.compare(b.getValue()[1], a.getValue()[1]))
                .limit(PROFILED)
                .forEach(entry -> System.err.printf(
                        "%-28s %8.0f calls %10.1f ms%n", entry.getKey(), entry.getValue()[0], entry.getValue()[1]));
    }
}
