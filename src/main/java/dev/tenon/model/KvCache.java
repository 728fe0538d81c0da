package dev.tenon.model;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;

/** Keys and values of sequences that grow: per layer {@code [rows, heads, capacity, size]}, written in place. */
public final class KvCache implements AutoCloseable {
    private final Scope scope = Scope.detached();
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private final int[] lengths;
    private final int capacity;

    public KvCache(ModelConfig config, Device device, DType type, int rows, int capacity) {
        this.lengths = new int[rows];
        this.capacity = capacity;
        try (var building = Scope.open()) {
            for (int layer = 0; layer < config.layers(); layer++) {
                keys.add(scope.own(empty(config, device, type)));
                values.add(scope.own(empty(config, device, type)));
            }
        }
    }

    private Tensor empty(ModelConfig config, Device device, DType type) {
        return Tensors.zeros(type, device, lengths.length, config.keyValueHeads(), capacity, config.headSize());
    }

    public int rows() {
        return lengths.length;
    }

    /** Most tokens of one row. */
    public int capacity() {
        return capacity;
    }

    /** Tokens in a row so far. */
    public int length(int row) {
        return lengths[row];
    }

    /** Forgets a row's tokens beyond {@code length}. */
    public void truncate(int row, int length) {
        lengths[row] = Math.min(lengths[row], length);
    }

    /** Takes room for new tokens of a row; the model calls it. */
    public void grow(int row, int tokens) {
        if (lengths[row] + tokens > capacity) {
            throw new IllegalArgumentException("Row %d has %d tokens and room for %d, not for %d more"
                    .formatted(row, lengths[row], capacity, tokens));
        }
        lengths[row] += tokens;
    }

    /** {@code [rows, heads, capacity, size]} of one layer. */
    public Tensor keys(int layer) {
        return keys.get(layer);
    }

    /** {@code [rows, heads, capacity, size]} of one layer. */
    public Tensor values(int layer) {
        return values.get(layer);
    }

    @Override
    public void close() {
        scope.close();
    }
}
