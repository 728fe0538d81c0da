package dev.tenon.serving.labels;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.model.EncoderConfig;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Head;
import dev.tenon.model.HeadForm.Task;
import dev.tenon.model.Hooks;
import dev.tenon.model.Models;
import dev.tenon.model.Sequences;
import dev.tenon.serving.engine.EngineListener;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Random encoders of two layers, adapters of every method that suits them, heads, and texts. */
final class TinyEncoder implements AutoCloseable {
    static final int PAD = 1;
    private static final int VOCABULARY = 50;
    private static final int CONTEXT = 64;
    private static final List<Map<String, Object>> SETTINGS = List.of(
            Map.of("method", "lora", "rank", 3, "target_modules", List.of("query", "value")),
            Map.of("method", "lora", "rank", 2, "use_dora", true),
            Map.of("method", "lora", "rank", 1),
            Map.of("method", "compacter", "phm_dim", 2),
            Map.of("method", "mola", "rank", 2, "experts", List.of(1, 2)),
            Map.of("method", "ptuning", "num_virtual_tokens", 4),
            Map.of("method", "prompttuning", "num_virtual_tokens", 5),
            Map.of("method", "prefixtuning", "num_virtual_tokens", 7),
            Map.of("method", "prefixtuning", "num_virtual_tokens", 2));

    final EncoderModel model;
    private final Map<Adapter, String> adapters = new LinkedHashMap<>();
    private final Scope heads = Scope.detached();

    private TinyEncoder(EncoderModel model) {
        this.model = model;
    }

    /** RoBERTa counts positions past the padding token, BERT has a pooler of its own. */
    static TinyEncoder of(String family) {
        boolean bert = family.equals("bert");
        var config = new EncoderConfig(
                family,
                16,
                2,
                4,
                24,
                VOCABULARY,
                CONTEXT,
                1e-6,
                "gelu",
                bert ? 2 : 1,
                bert ? 0 : PAD + 1,
                PAD,
                true,
                bert,
                true,
                EncoderConfig.Top.NONE,
                List.of());
        return new TinyEncoder(Models.random(config, Device.cpu(), DType.F32, 3));
    }

    /** The settings above, then every method as it comes; those that do not suit an encoder are left out. */
    TinyEncoder withAdapters() {
        var all = new ArrayList<>(SETTINGS);
        Methods.scan()
                .all()
                .forEach(method -> all.add(Map.of("method", method.descriptor().id())));
        for (int seed = 0; seed < all.size(); seed++) {
            try {
                adapters.put(moved(Methods.scan().attach(model, all.get(seed), seed), seed), all.get(seed) + "");
            } catch (Problem unsuited) {
                System.out.println("labels without " + all.get(seed) + ": " + unsuited.message());
            }
        }
        return this;
    }

    private static Adapter moved(Adapter adapter, long seed) {
        var random = new SplittableRandom(seed);
        try (var scope = Scope.open()) {
            adapter.parameters().values().forEach(tensor -> {
                var by = Tensors.uniform(random, -0.2, 0.2, tensor.shape());
                tensor.detach().copyFrom(Kernels.call("add", tensor.detach(), by));
            });
        }
        return adapter;
    }

    List<Adapter> adapters() {
        return List.copyOf(adapters.keySet());
    }

    Head head(Task task, int labels, long seed) {
        var random = new SplittableRandom(seed);
        var form = model.headForm(task, labels);
        var tensors = new LinkedHashMap<String, Tensor>();
        try (var scope = Scope.open()) {
            form.tensors()
                    .forEach((name, shape) -> tensors.put(name, heads.own(Tensors.uniform(random, -1, 1, shape))));
        }
        return new Head(
                form, IntStream.range(0, labels).mapToObj(i -> "label-" + i).toList(), tensors);
    }

    /** Tokens of any value, padding among them, of which some or the first are read. */
    static ReadText text(SplittableRandom random, int length, Task task) {
        long[] ids = random.ints(length, 0, VOCABULARY).asLongStream().toArray();
        int[] read = task == Task.CLASSIFICATION
                ? new int[] {0}
                : IntStream.range(0, length).filter(i -> random.nextBoolean()).toArray();
        return new ReadText(ids, read);
    }

    LabelRequest request(String tenant, Hooks hooks, Head head, List<ReadText> texts, EngineListener listener) {
        return new LabelRequest(tenant, "a" + System.identityHashCode(hooks), model, head, hooks, texts, listener);
    }

    /** What a text's head says of it when there is nothing else in the world. */
    float[] alone(LabelRequest request, ReadText text) {
        if (text.places().length == 0) {
            return new float[0];
        }
        try (var scope = Scope.open()) {
            long[] places = IntStream.of(text.places()).asLongStream().toArray();
            Tensor read = model.hidden(Sequences.of(List.<long[]>of(text.ids())), request.hooks())
                    .select(0, Tensors.of(places, places.length));
            return request.head()
                    .logits(model, read, request.hooks())
                    .softmax(-1)
                    .toFloats();
        }
    }

    @Override
    public void close() {
        adapters.keySet().forEach(Adapter::close);
        heads.close();
        model.close();
    }
}
