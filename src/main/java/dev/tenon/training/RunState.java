package dev.tenon.training;

import dev.tenon.artifact.ElementType;
import dev.tenon.artifact.SafetensorsFile;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.artifact.SafetensorsWriter;
import dev.tenon.core.Problem;
import dev.tenon.method.Tuned;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands, so that it can go on as if it had never stopped. The order of the documents and the random state
 * of a step follow from the seed and the step, so the step is all the cursor there is.
 *
 * @param step steps done
 * @param tokens tokens seen
 * @param trainedTokens of which targets
 * @param lastLoss training loss of the last step
 * @param bestStep step of the best validation loss, 0 before the first evaluation
 */
record RunState(
        int step,
        long tokens,
        long trainedTokens,
        double lastLoss,
        int bestStep,
        @Nullable Double bestLoss,
        @Nullable Double bestAccuracy,
        @Nullable Double baseLoss) {
    static final String FILE = "state.json";
    private static final String TENSORS = "trainer.safetensors";

    static RunState start() {
        return new RunState(0, 0, 0, 0, 0, null, null, null);
    }

    /** Writes the parameters and moments, then this record. */
    void save(Path folder, Tuned tuned, AdamW optimiser) {
        try (var arena = Arena.ofConfined()) {
            var tensors = new LinkedHashMap<String, SafetensorsWriter.NamedTensor>();
            named(tuned, optimiser).forEach((name, tensor) -> {
                var bytes = arena.allocate(tensor.bytes(), 16);
                tensor.copyTo(bytes);
                var shape = Arrays.stream(tensor.shape()).boxed().toList();
                tensors.put(
                        name,
                        new SafetensorsWriter.NamedTensor(
                                ElementType.valueOf(tensor.dtype().name()), shape, bytes));
            });
            SafetensorsWriter.write(folder.resolve(TENSORS), tensors, Map.of());
            JobFolder.write(folder.resolve(FILE), this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the run stood when a checkpoint was written. */
    static RunState read(Path folder) {
        return JobFolder.read(folder.resolve(FILE), RunState.class);
    }

    /** Reads a checkpoint into an adapter and an optimiser of the same settings. */
    static RunState restore(Path folder, Tuned tuned, AdamW optimiser) {
        try (var file = SafetensorsFile.open(folder.resolve(TENSORS), SafetensorsLimits.BASE_MODEL);
                var scope = Scope.open()) {
            named(tuned, optimiser).forEach((name, tensor) -> {
                var entry = file.find(name);
                if (entry == null || !Arrays.equals(entry.dimensions(), tensor.shape())) {
                    throw Problem.invalid(
                            "checkpoint",
                            "invalid_checkpoint",
                            "The checkpoint '%s' does not fit this job: '%s' is missing or has another shape."
                                    .formatted(folder.getFileName(), name));
                }
                tensor.copyFrom(Tensors.load(file.data(entry), tensor.dtype(), entry.dimensions(), tensor.device()));
            });
            return read(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Tensor> named(Tuned tuned, AdamW optimiser) {
        var all = new LinkedHashMap<String, Tensor>();
        List<String> names = new ArrayList<>(tuned.parameters().keySet());
        all.putAll(tuned.parameters());
        for (int i = 0; i < names.size(); i++) {
            all.put("first/" + names.get(i), optimiser.first().get(i));
            all.put("second/" + names.get(i), optimiser.second().get(i));
        }
        tuned.adapter().buffers().forEach((name, buffer) -> all.put("buffer/" + name, buffer));
        return all;
    }

    RunState after(int newStep, long newTokens, long newTargets, double loss) {
        return new RunState(
                newStep,
                tokens + newTokens,
                trainedTokens + newTargets,
                loss,
                bestStep,
                bestLoss,
                bestAccuracy,
                baseLoss);
    }

    RunState evaluated(Evaluation evaluation) {
        boolean better = bestLoss == null || evaluation.loss() < bestLoss;
        return better
                ? new RunState(
                        step, tokens, trainedTokens, lastLoss, step, evaluation.loss(), evaluation.accuracy(), baseLoss)
                : this;
    }

    RunState withBase(double loss) {
        return new RunState(step, tokens, trainedTokens, lastLoss, bestStep, bestLoss, bestAccuracy, loss);
    }
}
