package dev.tenon.method;

import dev.tenon.model.EncoderModel;
import dev.tenon.model.Network;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model's adapter and, where it classifies or tags, the head beside it: what is trained, kept and swapped as one. */
public record Tuned(Adapter adapter, @Nullable TrainedHead head) implements AutoCloseable {
    /**
     * Reads both from a folder.
     *
     * @throws dev.tenon.core.Problem 400 naming what is missing, wrong, or would not be honoured
     */
    public static Tuned load(Network model, Path folder) {
        Adapter adapter = AdapterFolder.load(model, folder);
        try {
            return new Tuned(adapter, model instanceof EncoderModel encoder ? TrainedHead.load(encoder, folder) : null);
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    /** Writes both into an existing folder. */
    public void save(Path folder, String baseName) {
        AdapterFolder.save(adapter, folder, baseName);
        if (head != null) {
            HeadFile.add(head, folder);
        }
    }

    /** The trainable tensors, the adapter's first. */
    public Map<String, Tensor> parameters() {
        var all = new LinkedHashMap<>(adapter.parameters());
        if (head != null) {
            all.putAll(head.parameters());
        }
        return all;
    }

    public long parameterCount() {
        long own = head == null
                ? 0
                : head.parameters().values().stream()
                        .mapToLong(Tensor::elements)
                        .sum();
        return adapter.parameterCount() + own;
    }

    /** Bytes of all tensors, trained or kept. */
    public long bytes() {
        long own = adapter.tensors().stream().mapToLong(Tensor::bytes).sum();
        return head == null
                ? own
                : own
                        + head.parameters().values().stream()
                                .mapToLong(Tensor::bytes)
                                .sum();
    }

    /** Scores {@code [rows, classes]} of last hidden states {@code [rows, hidden]}: the head's, otherwise the model's. */
    public Tensor logits(Network model, Tensor rows) {
        return head != null
                ? head.head().logits((EncoderModel) model, rows, adapter.hooks())
                : model.logits(rows, adapter.hooks());
    }

    @Override
    public void close() {
        adapter.close();
        if (head != null) {
            head.close();
        }
    }
}
