package dev.tenon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.Fixtures;
import dev.tenon.TensorEngine;
import dev.tenon.artifact.SafetensorsFile;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.core.Problem;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every reference model of a supported kind gives the logits, hidden states, loss and greedy tokens of transformers. */
class ModelFixtureTest {
    private static final double TOLERANCE = 1e-4;

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @TestFactory
    Stream<DynamicTest> referenceModels() {
        return Fixtures.folders(Fixtures.root().resolve("models")).stream().flatMap(folder -> {
            if (!supported(folder)) {
                System.out.println("not checked (another architecture): " + folder.getFileName());
                return Stream.empty();
            }
            return Stream.of(dynamicTest(folder.getFileName().toString(), () -> check(folder)));
        });
    }

    private static boolean supported(Path folder) {
        try {
            ModelConfig.read(folder);
            return true;
        } catch (Problem problem) {
            if ("unsupported_architecture".equals(problem.code())) {
                return false;
            }
            throw problem;
        }
    }

    private static void check(Path folder) throws IOException {
        try (var scope = Scope.open();
                var model = Models.open(folder, Device.cpu(), DType.F32);
                var io = SafetensorsFile.open(folder.resolve("io.safetensors"), SafetensorsLimits.BASE_MODEL)) {
            var checked = new ArrayList<String>();
            Tensor ids = TensorEngine.read(io, "input_ids");
            long[] mask = TensorEngine.read(io, "attention_mask").toLongs();
            int width = (int) ids.size(1);
            var rows = unpadded(ids.toLongs(), mask, width);
            var sequences = Sequences.of(rows);
            Tensor hidden = model.hidden(sequences, Hooks.NONE);
            Tensor logits = logits(model, sequences, hidden);
            compare(io, "logits", logits, logits.size(0) == rows.size() ? ones(rows.size()) : mask, checked);
            if (io.find("hidden_last") != null) {
                compare(io, "hidden_last", hidden, mask, checked);
            }
            if (io.find("hidden_1") != null) {
                compare(
                        io,
                        "hidden_1",
                        model.hiddenStates(sequences, Hooks.NONE).get(1),
                        mask,
                        checked);
            }
            if (io.find("loss") != null) {
                long[] labels = TensorEngine.read(io, "labels").toLongs();
                double loss = shiftedLoss(logits, keep(labels, mask), sequences.lengths());
                assertThat(loss)
                        .isCloseTo(
                                TensorEngine.read(io, "loss").item(), org.assertj.core.data.Offset.offset(TOLERANCE));
                checked.add("loss");
            }
            if (io.find("greedy") != null) {
                long[] expected = TensorEngine.read(io, "greedy").toLongs();
                int prompt = Math.max(2, Arrays.mismatch(expected, rows.getFirst()));
                assertThat(greedy((CausalModel) model, Arrays.copyOf(expected, prompt), expected.length))
                        .isEqualTo(expected);
                checked.add("greedy");
            }
            System.out.println("checked " + folder.getFileName() + ": " + String.join(", ", checked));
        }
    }

    /** By the head that the checkpoint brings, of every text or of every token. */
    private static Tensor logits(Network model, Sequences sequences, Tensor hidden) {
        Head head = model instanceof EncoderModel encoder ? encoder.ownHead() : null;
        if (head == null) {
            return model.logits(hidden, Hooks.NONE);
        }
        boolean texts = head.form().task() == HeadForm.Task.CLASSIFICATION;
        long[] first = sequences.starts();
        Tensor read = texts ? hidden.select(0, Tensors.of(first, first.length)) : hidden;
        return head.logits((EncoderModel) model, read, Hooks.NONE);
    }

    private static long[] ones(int count) {
        var ones = new long[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static List<long[]> unpadded(long[] ids, long[] mask, int width) {
        var rows = new ArrayList<long[]>();
        for (int at = 0; at < ids.length; at += width) {
            rows.add(keep(Arrays.copyOfRange(ids, at, at + width), Arrays.copyOfRange(mask, at, at + width)));
        }
        return rows;
    }

    private static long[] keep(long[] values, long[] mask) {
        return java.util.stream.IntStream.range(0, values.length)
                .filter(i -> mask[i] != 0)
                .mapToLong(i -> values[i])
                .toArray();
    }

    private static void compare(SafetensorsFile io, String name, Tensor ours, long[] mask, List<String> checked) {
        float[] all = TensorEngine.read(io, name).toFloats();
        int width = all.length / mask.length;
        float[] mine = ours.toFloats();
        int at = 0;
        for (int token = 0; token < mask.length; token++) {
            if (mask[token] != 0) {
                float[] reference = Arrays.copyOfRange(all, token * width, (token + 1) * width);
                float[] computed = Arrays.copyOfRange(mine, at * width, (at + 1) * width);
                assertThat(TensorEngine.distance(computed, reference))
                        .as(name + " of token " + token)
                        .isLessThan(TOLERANCE);
                at++;
            }
        }
        checked.add(name);
    }

    /** Mean cross-entropy of every next token, in nats, computed here from the logits. */
    private static double shiftedLoss(Tensor logits, long[] labels, long[] lengths) {
        float[] values = logits.toFloats();
        int vocabulary = (int) logits.size(-1);
        double sum = 0;
        int count = 0;
        int start = 0;
        for (long length : lengths) {
            for (int i = start; i < start + length - 1; i++) {
                if (labels[i + 1] >= 0) {
                    double total = 0;
                    for (int v = 0; v < vocabulary; v++) {
                        total += Math.exp(values[i * vocabulary + v]);
                    }
                    sum += Math.log(total) - values[i * vocabulary + (int) labels[i + 1]];
                    count++;
                }
            }
            start += (int) length;
        }
        return sum / count;
    }

    /** The prompt continued token by token through the cache, in two prefill parts. */
    private static long[] greedy(CausalModel model, long[] prompt, int length) {
        var tokens = prompt;
        while (tokens.length < length) {
            tokens = extend(model, tokens);
        }
        return tokens;
    }

    private static long[] extend(CausalModel model, long[] tokens) {
        try (var scope = Scope.open();
                var cache = model.cache(1, tokens.length + 1)) {
            int half = tokens.length / 2;
            model.step(new int[] {0}, new long[][] {Arrays.copyOf(tokens, half)}, cache, Hooks.NONE);
            Tensor logits = model.step(
                    new int[] {0}, new long[][] {Arrays.copyOfRange(tokens, half, tokens.length)}, cache, Hooks.NONE);
            var longer = Arrays.copyOf(tokens, tokens.length + 1);
            longer[tokens.length] = logits.argmax(-1).toLongs()[0];
            return longer;
        }
    }
}
