package dev.tenon.model;

import dev.tenon.model.Quantisation.Format;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Weights whose matrices inside the blocks are coded as they are read, one at a time; heads and embeddings stay dense. */
final class QuantisedWeights implements Weights {
    private final Weights source;
    private final Quantisation form;
    private final @Nullable Tensor pairs;

    QuantisedWeights(Weights source, Quantisation form, Device device, DType type) {
        this.source = source;
        this.form = form;
        this.pairs = form.format() == Format.NF4 ? NormalLevels.pairs(device, type) : null;
    }

    @Override
    public Tensor tensor(String name, long... shape) {
        return source.tensor(name, shape);
    }

    @Override
    public Matrix matrix(String name, int layer, int out, int in) {
        if (layer < 0) {
            return source.matrix(name, layer, out, in);
        }
        try (var scope = Scope.open()) {
            var coded = QuantisedMatrix.of(source.tensor(name, out, in), form, pairs);
            coded.parts().forEach(scope::keep);
            return coded;
        }
    }
}
