package dev.tenon.model;

import dev.tenon.artifact.Checkpoint;
import dev.tenon.artifact.ElementType;
import dev.tenon.artifact.TensorEntry;
import dev.tenon.core.Problem;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/** Reads a model's tensors from a checkpoint and remembers which were used. */
final class CheckpointWeights implements Weights {
    private final Checkpoint checkpoint;
    private final Device device;
    private final DType type;
    private final Set<String> used = new HashSet<>();

    CheckpointWeights(Checkpoint checkpoint, Device device, DType type) {
        this.checkpoint = checkpoint;
        this.device = device;
        this.type = type;
    }

    @Override
    public Tensor tensor(String name, long... shape) {
        TensorEntry entry = checkpoint.find(name);
        if (entry == null) {
            throw Problem.invalid("file", "missing_tensor", "The checkpoint has no tensor '%s'.".formatted(name));
        }
        if (!Arrays.equals(entry.dimensions(), shape)) {
            throw Problem.invalid(
                    "file",
                    "wrong_shape",
                    "The tensor '%s' has the shape %s; config.json asks for %s."
                            .formatted(name, entry.shape(), Arrays.toString(shape)));
        }
        used.add(name);
        try (var scope = Scope.open()) {
            var loaded = Tensors.load(checkpoint.data(entry), type(entry), shape, device);
            return scope.keep(loaded.to(type));
        }
    }

    private static DType type(TensorEntry entry) {
        if (entry.type() == ElementType.F16 || entry.type() == ElementType.BF16 || entry.type() == ElementType.F32) {
            return DType.valueOf(entry.type().name());
        }
        throw Problem.invalid(
                "file",
                "unsupported_type",
                "The tensor '%s' is %s; base models are read as F16, BF16 or F32."
                        .formatted(entry.name(), entry.type()));
    }

    /** Refuses a checkpoint with tensors that the model has no place for. */
    void requireAllUsed(Set<String> harmless) {
        var left = new TreeSet<>(checkpoint.names());
        left.removeAll(used);
        left.removeAll(harmless);
        left.removeIf(name -> name.endsWith("rotary_emb.inv_freq"));
        if (!left.isEmpty()) {
            throw Problem.invalid(
                    "file",
                    "unexpected_tensor",
                    "The checkpoint has tensors that this architecture does not: %s."
                            .formatted(String.join(", ", left.stream().limit(5).toList())));
        }
    }
}
