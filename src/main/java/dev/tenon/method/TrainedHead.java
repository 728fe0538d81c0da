package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Head;
import dev.tenon.model.HeadForm;
import dev.tenon.model.HeadForm.Task;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The head that stands beside an adapter on an encoder. It is trained whole, is a part of the adapter's folder and swaps
 * with it; the method knows nothing of it. Its parameters are float32 whatever the model's type.
 */
public final class TrainedHead implements AutoCloseable {
    private static final double DEVIATION = 0.02;
    private static final double RATE = 1e-3;
    private static final double WIDTH = 768;

    private final ParameterSet parameters;
    private final Head head;

    private TrainedHead(ParameterSet parameters, Head head) {
        this.parameters = parameters;
        this.head = head;
    }

    /**
     * The learning rate that suits a head by the width of its model, whatever the method beside it: it starts from random
     * weights, however little a method may move those that it finds.
     */
    public static double learningRate(int hidden) {
        return RATE * Math.pow(WIDTH / hidden, 0.75);
    }

    /** A new head: weights normal with deviation 0.02, as BERT starts, and biases zero. */
    public static TrainedHead fresh(EncoderModel model, Task task, List<String> labels, long seed) {
        return make(
                model,
                model.headForm(task, labels.size()),
                labels,
                (name, shape) -> name.endsWith(".bias")
                        ? Tensors.zeros(DType.F32, Device.cpu(), shape)
                        : Tensors.randn(ParameterSet.random(seed, name), shape).mul(DEVIATION));
    }

    /**
     * The head in an adapter's folder, or null where it has none.
     *
     * @throws Problem 400 naming every tensor that is missing, has another shape or fits no layer
     */
    public static @Nullable TrainedHead load(EncoderModel model, Path folder) {
        var file = HeadFile.read(folder);
        if (file == null) {
            return null;
        }
        try (var tensors = AdapterTensors.openHead(folder, file)) {
            String last = model.headForm(file.task(), 1).layers().getLast().path() + ".weight";
            int count = Math.toIntExact(tensors.shape(file.stored(last))[0]);
            var form = model.headForm(file.task(), count);
            var trained =
                    make(model, form, labels(file, count), (name, shape) -> tensors.take(file.stored(name), shape));
            tensors.requireAllTaken();
            return trained;
        }
    }

    /** The labels of the head in an adapter's folder; none where it has no head or names no labels. */
    public static List<String> labels(Path folder) {
        var file = HeadFile.read(folder);
        return file == null ? List.of() : file.labels();
    }

    private static List<String> labels(HeadFile file, int count) {
        if (file.labels().isEmpty()) {
            return IntStream.range(0, count).mapToObj(i -> "LABEL_" + i).toList();
        }
        if (file.labels().size() != count) {
            throw Problem.invalid(
                    "file",
                    "invalid_head",
                    "'%s' names %d labels; the head's tensors have %d."
                            .formatted(HeadFile.NAME, file.labels().size(), count));
        }
        return file.labels();
    }

    private static TrainedHead make(
            EncoderModel model, HeadForm form, List<String> labels, BiFunction<String, long[], Tensor> start) {
        var parameters = new ParameterSet(model.device());
        try (var scope = Scope.open()) {
            form.tensors().forEach((name, shape) -> parameters.train(name, start.apply(name, shape)));
        } catch (RuntimeException e) {
            parameters.close();
            throw e;
        }
        return new TrainedHead(parameters, new Head(form, labels, parameters.parameters()));
    }

    /** Its trainable tensors, by the names that Hugging Face gives them. */
    public Map<String, Tensor> parameters() {
        return parameters.parameters();
    }

    public Head head() {
        return head;
    }

    @Override
    public void close() {
        parameters.close();
    }
}
