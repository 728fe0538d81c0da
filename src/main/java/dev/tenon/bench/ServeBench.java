package dev.tenon.bench;

import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.KvCache;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures greedy generation: rows with random prompts, spread over adapters, all grown by the same number of tokens.
 * A step takes the rows of one adapter together and the adapters one after the other. Prints one JSON line.
 */
public final class ServeBench {
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
                "rank",
                "16",
                "rows",
                "32",
                "prompt",
                "128",
                "new",
                "32",
                "dtype",
                "auto",
                "device",
                "auto",
                "threads",
                "0",
                "cache",
                System.getProperty("user.home") + "/.djl.ai");
        Engine.start(Path.of(options.text("cache")), options.number("threads"), System.err::println);
        Device device = Device.parse(options.text("device"));
        DType type = BenchModel.type(options.text("dtype"), device);
        try (var model = BenchModel.open(options.text("model"), device, type)) {
            var adapters = adapters(options, model);
            generate(options, model, adapters);
            System.out.println(
                    new JsonMapper().writeValueAsString(report(options, model, generate(options, model, adapters))));
            adapters.forEach(Adapter::close);
        }
    }

    /** As many adapters as asked for; 0 is the bare base. */
    private static List<Adapter> adapters(Arguments options, CausalModel model) {
        var spec = Map.<String, Object>of(Methods.METHOD, options.text("method"), "rank", options.number("rank"));
        return IntStream.range(0, options.number("adapters"))
                .mapToObj(seed -> Methods.scan().attach(model, spec, seed))
                .toList();
    }

    /** Milliseconds of every step; the first is the prompts'. */
    private static double[] generate(Arguments options, CausalModel model, List<Adapter> adapters) {
        int rows = options.number("rows");
        int prompt = options.number("prompt");
        int fresh = options.number("new");
        var random = new Random(1);
        var tokens = new long[rows][];
        for (int row = 0; row < rows; row++) {
            tokens[row] = random.longs(prompt, 0, model.config().vocabulary()).toArray();
        }
        var millis = new double[fresh];
        try (var scope = Scope.open();
                var cache = model.cache(rows, prompt + fresh)) {
            for (int step = 0; step < fresh; step++) {
                long begin = System.nanoTime();
                for (int[] group : groups(rows, adapters.size())) {
                    Hooks hooks = adapters.isEmpty()
                            ? Hooks.NONE
                            : adapters.get(group[0] % adapters.size()).hooks();
                    grow(model, group, tokens, cache, hooks);
                }
                millis[step] = (System.nanoTime() - begin) / 1e6;
            }
        }
        return millis;
    }

    /** Row {@code i} uses adapter {@code i mod adapters}. */
    private static List<int[]> groups(int rows, int adapters) {
        int count = Math.max(1, Math.min(rows, adapters));
        var groups = new ArrayList<int[]>();
        for (int first = 0; first < count; first++) {
            groups.add(IntStream.iterate(first, row -> row < rows, row -> row + count)
                    .toArray());
        }
        return groups;
    }

    private static void grow(CausalModel model, int[] rows, long[][] tokens, KvCache cache, Hooks hooks) {
        try (var step = Scope.open()) {
            var fresh = Arrays.stream(rows).mapToObj(row -> tokens[row]).toArray(long[][]::new);
            long[] chosen = model.step(rows, fresh, cache, hooks).argmax(-1).toLongs();
            for (int i = 0; i < rows.length; i++) {
                tokens[rows[i]] = new long[] {chosen[i]};
            }
        }
    }

    private static Map<String, Object> report(Arguments options, CausalModel model, double[] millis) {
        double total = Arrays.stream(millis).sum();
        double first = millis[0];
        double[] later = Arrays.copyOfRange(millis, Math.min(1, millis.length - 1), millis.length);
        Arrays.sort(later);
        var report = new LinkedHashMap<String, Object>();
        report.put("benchmark", "serve");
        for (String name : List.of("model", "method", "adapters", "rank", "rows", "prompt", "new")) {
            report.put(name, options.text(name));
        }
        report.put("dtype", model.type().name());
        report.put("tokensPerSecond", (double) options.number("rows") * millis.length / (total / 1000));
        report.put("millisToFirstToken", first);
        report.put("millisPerStepP50", later[later.length / 2]);
        report.put("millisPerStepP99", later[(int) Math.ceil(0.99 * later.length) - 1]);
        report.put("peakBytes", Machine.peakBytes(model.device()));
        report.put("versions", Machine.versions(model.device()));
        return report;
    }
}
