package dev.tenon.bench;

import dev.tenon.bench.ServeLoad.Outcome;
import dev.tenon.method.Adapter;
import dev.tenon.method.Mergeable;
import dev.tenon.method.Methods;
import dev.tenon.model.CausalModel;
import dev.tenon.serving.engine.Batcher;
import dev.tenon.serving.engine.EngineAdapter;
import dev.tenon.serving.engine.EngineSettings;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures greedy generation by the serving engine: requests with random prompts, or the conversations of a chat file, over
 * many adapters come all at once, so many rows run together. Such loads run {@code --warm} times to warm up and then {@code
 * --runs} times, of which the middle one is printed, with the rates of all, as one JSON line. Prompts and answers ({@code
 * --prompt}, {@code --new}) have one length, or lengths between two ({@code 8-512}).
 */
public final class ServeBench {
    /** So many adapters differ, which is more than a batch has. */
    private static final int MOST_DRAWN = 64;

    private ServeBench() {}

    public static void main(String[] args) {
        var options = new Arguments(
                args,
                "model",
                "random:llama-1b",
                "adapters",
                "1",
                "method",
                "lora",
                "fused",
                "false",
                "rank",
                "16",
                "targets",
                "default",
                "rows",
                "32",
                "requests",
                "32",
                "skew",
                "0",
                "prefill",
                "4096",
                "cache-mib",
                "2048",
                "adapter-mib",
                "2048",
                "prompt",
                "128",
                "new",
                "32",
                "warm",
                "1",
                "runs",
                "3",
                "quantize",
                "none",
                "draft",
                "0",
                "chats",
                "none");
        try (var model = BenchModel.open(options, BenchModel.form(options.text("quantize")))) {
            var adapters = adapters(options, model);
            var prompts = prompts(options, model);
            var load = new ServeLoad();
            try (var engine = new Batcher(model, settings(options), load, "bench")) {
                IntStream.range(0, options.number("warm")).forEach(i -> run(load, engine, options, prompts, adapters));
                var outcomes = IntStream.range(0, options.number("runs"))
                        .mapToObj(i -> run(load, engine, options, prompts, adapters))
                        .sorted(Comparator.comparingDouble(Outcome::seconds))
                        .toList();
                System.out.println(new JsonMapper().writeValueAsString(report(options, model, adapters, outcomes)));
            }
            adapters.forEach(EngineAdapter::close);
        }
    }

    private static EngineSettings settings(Arguments options) {
        long cache = (long) options.number("cache-mib") << 20;
        long adapters = (long) options.number("adapter-mib") << 20;
        return new EngineSettings(
                options.number("rows"),
                options.number("requests"),
                options.number("prefill"),
                cache,
                adapters,
                options.number("draft"));
    }

    private static ServePrompts prompts(Arguments options, CausalModel model) {
        var lengths = Lengths.parse("prompt", options.text("prompt"));
        return options.text("chats").equals("none")
                ? ServePrompts.random(
                        options.number("requests"), lengths, model.config().vocabulary())
                : ServePrompts.chats(
                        Path.of(options.text("model")),
                        Path.of(options.text("chats")),
                        options.number("requests"),
                        lengths.most());
    }

    /** As many adapters as asked for, which take the ranks in turn, with {@code --fused true} folded; 0 is the bare base. */
    private static List<EngineAdapter> adapters(Arguments options, CausalModel model) {
        var specs = Arrays.stream(options.text("rank").split(","))
                .map(rank -> spec(options, Integer.parseInt(rank)))
                .toList();
        IntFunction<Adapter> drawn = seed -> Methods.scan().attach(model, specs.get(seed % specs.size()), seed);
        int count = options.number("adapters");
        if (count <= MOST_DRAWN || fused(options) || !packed(drawn.apply(0))) {
            return IntStream.range(0, count)
                    .parallel() // most of the time goes into drawing random numbers
                    .mapToObj(seed -> ready(options, model, drawn.apply(seed), seed))
                    .toList();
        }
        // memory of its own for each, but the same weights again after a while
        var few = IntStream.range(0, MOST_DRAWN).parallel().mapToObj(drawn).toList();
        var many = IntStream.range(0, count)
                .parallel()
                .mapToObj(nth -> {
                    var one = few.get(nth % MOST_DRAWN);
                    return EngineAdapter.of(model, one.hooks(), one.tensors(), "adapter-" + nth, () -> {});
                })
                .toList();
        few.forEach(Adapter::close);
        return many;
    }

    /** An adapter of the layers that {@code --targets} names, by default the method's own choice; not all have a rank. */
    private static Map<String, Object> spec(Arguments options, int rank) {
        var spec = new LinkedHashMap<String, Object>(Map.of(Methods.METHOD, options.text("method")));
        if (Methods.scan().schema(options.text("method")).get("properties") instanceof Map<?, ?> settings
                && settings.containsKey("rank")) {
            spec.put("rank", rank);
        }
        if (!options.text("targets").equals("default")) {
            spec.put("target_modules", List.of(options.text("targets").split(",")));
        }
        return spec;
    }

    /** Whether the engine copies an adapter's weights. */
    private static boolean packed(Adapter adapter) {
        try (adapter;
                var scope = Scope.open()) {
            return !adapter.hooks().lowRankOnly().isEmpty();
        }
    }

    private static boolean fused(Arguments options) {
        return Boolean.parseBoolean(options.text("fused"));
    }

    private static EngineAdapter ready(Arguments options, CausalModel model, Adapter adapter, int number) {
        String key = "adapter-" + number;
        if (!fused(options)) {
            return EngineAdapter.of(model, adapter, key);
        }
        if (adapter instanceof Mergeable mergeable) {
            return EngineAdapter.folded(model, mergeable, key);
        }
        throw new IllegalArgumentException("--fused true: '" + options.text("method") + "' cannot be folded");
    }

    private static Outcome run(
            ServeLoad load, Batcher engine, Arguments options, ServePrompts prompts, List<EngineAdapter> adapters) {
        var lengths = Lengths.parse("new", options.text("new"));
        var random = new Random(3);
        int[] fresh = IntStream.range(0, options.number("requests"))
                .map(i -> lengths.drawn(random))
                .toArray();
        return load.run(engine, chosen(options, adapters), prompts, fresh);
    }

    /** An adapter for each request: one after the other, or the more often the earlier it comes (Zipf's law). */
    private static List<EngineAdapter> chosen(Arguments options, List<EngineAdapter> adapters) {
        var random = new Random(2);
        double skew = Double.parseDouble(options.text("skew"));
        var weights = IntStream.range(0, adapters.size())
                .mapToDouble(i -> Math.pow(i + 1, -skew))
                .toArray();
        double total = Arrays.stream(weights).sum();
        var chosen = new ArrayList<EngineAdapter>();
        for (int i = 0; i < options.number("requests"); i++) {
            if (adapters.isEmpty()) {
                chosen.add(EngineAdapter.NONE);
            } else if (skew == 0) {
                chosen.add(adapters.get(i % adapters.size()));
            } else {
                double point = random.nextDouble() * total;
                int at = 0;
                while (at < weights.length - 1 && (point -= weights[at]) > 0) {
                    at++;
                }
                chosen.add(adapters.get(at));
            }
        }
        return chosen;
    }

    private static Map<String, Object> report(
            Arguments options, CausalModel model, List<EngineAdapter> adapters, List<Outcome> outcomes) {
        var outcome = outcomes.get(outcomes.size() / 2);
        double[] steps = outcome.steps().stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        var report = new LinkedHashMap<String, Object>();
        report.put("benchmark", "serve");
        for (String name : List.of(
                "model",
                "method",
                "adapters",
                "fused",
                "rank",
                "targets",
                "rows",
                "requests",
                "prompt",
                "new",
                "skew",
                "draft",
                "chats")) {
            report.put(name, options.text(name));
        }
        report.put("dtype", model.type().name());
        report.put("quantize", options.text("quantize"));
        double tokens = outcome.tokens();
        report.put("tokensPerSecond", tokens / outcome.seconds());
        report.put(
                "allTokensPerSecond",
                outcomes.stream().map(one -> Math.round(tokens / one.seconds())).toList());
        report.put("steps", steps.length);
        report.put("tokensPerStep", tokens / steps.length);
        report.put("draftTokens", outcome.tried());
        report.put("draftTokensRight", outcome.right());
        report.put("millisPerStepP50", steps[steps.length / 2]);
        report.put("millisPerStepP99", steps[(int) Math.ceil(0.99 * steps.length) - 1]);
        long[] heap =
                outcome.heap().stream().mapToLong(Long::longValue).sorted().toArray();
        report.put("heapBytesPerStepP50", heap[heap.length / 2]);
        if (!model.device().isGpu()) {
            report.put("memory", memory(options, model, adapters, outcome, steps[steps.length / 2]));
        }
        report.put("widestBatch", outcome.widest());
        report.put("mostAdaptersInABatch", outcome.mostAdapters());
        report.put("peakBytes", Machine.peakBytes(model.device()));
        report.put("versions", Machine.versions(model.device()));
        return report;
    }

    /** A step of the widest batch, half way through its answers. */
    private static Map<String, Object> memory(
            Arguments options, CausalModel model, List<EngineAdapter> adapters, Outcome outcome, double millis) {
        int tokens = Lengths.parse("prompt", options.text("prompt")).middle()
                + Lengths.parse("new", options.text("new")).middle() / 2;
        var together = adapters.subList(0, outcome.mostAdapters());
        return StepBytes.of(model, outcome.widest(), tokens, together).against(millis, Engine.threads());
    }
}
