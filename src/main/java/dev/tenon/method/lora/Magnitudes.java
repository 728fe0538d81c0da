package dev.tenon.method.lora;

import dev.tenon.model.LowRankPair;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * DoRA's lengths by module (Liu et al. 2024, arXiv:2402.09353): a row of {@code W + s B A} is brought to the trained
 * length m. As in the paper's section 4.3 the row's own length counts as a constant in the gradient. Outside training
 * the lengths stand still and are measured once.
 */
final class Magnitudes implements AutoCloseable {
    private final Scope owner = Scope.detached();
    private final Map<String, Tensor> squares = new HashMap<>();
    private final Map<String, Tensor> trained = new HashMap<>();
    private final Map<String, Tensor> norms = new HashMap<>();

    /** Remembers the squared lengths of a module's rows {@code [out, in]} and gives the lengths {@code [out]}. */
    Tensor measure(String path, Tensor rows) {
        Tensor measured = owner.own(Kernels.call("row_squares", rows));
        squares.put(path, measured);
        return Kernels.call("root", measured);
    }

    void put(String path, Tensor lengths) {
        trained.put(path, lengths);
    }

    /** {@code m / ‖W + s B A‖}, {@code [out]}, or null where no length is trained. */
    @Nullable
    Tensor factor(String path, Supplier<Tensor> rows, LowRankPair pair, boolean training) {
        Tensor length = trained.get(path);
        if (length == null) {
            return null;
        }
        return length.div(training ? norm(path, rows.get(), pair) : standing(path, rows, pair));
    }

    private Tensor norm(String path, Tensor rows, LowRankPair pair) {
        LowRankPair whole = pair.joined();
        Tensor known = Objects.requireNonNull(squares.get(path));
        return Kernels.call("updated_norm", rows, known, whole.a(), whole.b(), whole.scale())
                .detach();
    }

    private synchronized Tensor standing(String path, Supplier<Tensor> rows, LowRankPair pair) {
        return norms.computeIfAbsent(path, any -> {
            try (var scope = Scope.open()) {
                return owner.own(norm(path, rows.get(), pair).copy());
            }
        });
    }

    /** Forgets the lengths that stood still. */
    synchronized void forget() {
        norms.values().forEach(Tensor::close);
        norms.clear();
    }

    @Override
    public void close() {
        owner.close();
    }
}
