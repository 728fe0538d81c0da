package dev.tenon.bench;

import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.method.TrainedHead;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.HeadForm.Task;
import dev.tenon.model.Models;
import dev.tenon.serving.Patience;
import dev.tenon.serving.engine.EngineListener;
import dev.tenon.serving.labels.LabelLane;
import dev.tenon.serving.labels.LabelRequest;
import dev.tenon.serving.labels.ReadText;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures labels of an encoder: so many clients, each of which asks for the labels of one text after the other, with the
 * adapters and heads taking turns. One client has every pass to itself. Prints one JSON line.
 */
public final class LabelBench {
    private static final int LABELS = 8;

    private final Arguments options;
    private final EncoderModel model;
    private final List<Adapter> adapters;
    private final List<TrainedHead> heads;
    private final AtomicInteger passes = new AtomicInteger();

    private LabelBench(Arguments options, EncoderModel model) {
        this.options = options;
        this.model = model;
        var spec = Map.<String, Object>of(Methods.METHOD, options.text("method"));
        adapters = seeds().mapToObj(seed -> Methods.scan().attach(model, spec, seed))
                .toList();
        var labels = IntStream.range(0, LABELS).mapToObj(i -> "label-" + i).toList();
        heads = seeds().mapToObj(seed -> TrainedHead.fresh(model, Task.CLASSIFICATION, labels, seed))
                .toList();
    }

    private IntStream seeds() {
        return IntStream.range(0, options.number("adapters"));
    }

    public static void main(String[] args) throws Exception {
        var options = new Arguments(
                args,
                "model",
                "src/main/resources/models/tenon-encoder-4m",
                "method",
                "lora",
                "adapters",
                "16",
                "clients",
                "1,16",
                "requests",
                "320",
                "length",
                "24",
                "runs",
                "3");
        Engine.start(Path.of(options.text("cache")), options.number("threads"), System.err::println);
        try (var model = (EncoderModel)
                Models.open(Path.of(options.text("model")), Device.parse(options.text("device")), DType.F32)) {
            System.out.println(new JsonMapper().writeValueAsString(new LabelBench(options, model).report()));
        }
    }

    private Map<String, Object> report() throws InterruptedException, ExecutionException {
        var report = new LinkedHashMap<String, Object>(Map.of("benchmark", "label"));
        for (String name : List.of("model", "method", "adapters", "requests", "length")) {
            report.put(name, options.text(name));
        }
        try (var lane = new LabelLane()) {
            run(lane, 1);
            for (int round = 0; round < options.number("runs"); round++) {
                for (String clients : options.text("clients").split(",")) {
                    passes.set(0);
                    double seconds = run(lane, Integer.parseInt(clients));
                    var told = Map.of(
                            "textsPerSecond", Math.round(options.number("requests") / seconds),
                            "passes", passes.get());
                    report.put("clients " + clients + ", run " + (round + 1), told);
                }
            }
        }
        report.put("versions", Machine.versions(model.device()));
        adapters.forEach(Adapter::close);
        heads.forEach(TrainedHead::close);
        return report;
    }

    private double run(LabelLane lane, int clients) throws InterruptedException, ExecutionException {
        var next = new AtomicInteger();
        long begun = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var ended = new ArrayList<Future<?>>();
            for (int client = 0; client < clients; client++) {
                ended.add(threads.submit(() -> {
                    int number = next.getAndIncrement();
                    while (number < options.number("requests")) {
                        lane.tell(request(number), Patience.ENDLESS);
                        number = next.getAndIncrement();
                    }
                }));
            }
            for (var one : ended) {
                one.get();
            }
        }
        return (System.nanoTime() - begun) / 1e9;
    }

    /** Every text is new. */
    private LabelRequest request(int number) {
        int place = number % adapters.size();
        long[] ids = new SplittableRandom(number)
                .ints(options.number("length"), 10, model.config().vocabulary())
                .asLongStream()
                .toArray();
        return new LabelRequest(
                "tenant",
                "adapter-" + place,
                model,
                heads.get(place).head(),
                adapters.get(place).hooks(),
                List.of(new ReadText(ids, new int[] {0})),
                new EngineListener() {
                    @Override
                    public void step(Duration took, int rows, int tokens, int adapters) {
                        passes.incrementAndGet();
                    }
                });
    }
}
