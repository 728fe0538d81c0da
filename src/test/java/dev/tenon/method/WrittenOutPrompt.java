package dev.tenon.method;

import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Virtual tokens as PEFT puts them in: instead of ordinary tokens at the front of every sequence. Independent of how a
 * model puts them there, and with scores at the virtual tokens, which PEFT's losses count.
 *
 * @param sequences with room for the virtual tokens at the front of each
 */
record WrittenOutPrompt(Hooks adapter, Sequences sequences) implements Hooks {
    @Override
    public Tensor embedding(EmbeddingSite site, Tensor ids) {
        Tensor words = site.base(ids);
        Tensor prompt = Objects.requireNonNull(adapter.virtualTokens());
        var parts = new ArrayList<Tensor>();
        long at = 0;
        for (long length : sequences.lengths()) {
            parts.add(prompt);
            parts.add(words.slice(0, at + prompt.size(0), at + length));
            at += length;
        }
        return Tensor.cat(parts, 0);
    }

    /** The rows of the sequences' own tokens. */
    Tensor own(Tensor rows) {
        int count = adapter.prefixLength();
        long[] starts = sequences.starts();
        long[] places = IntStream.range(0, starts.length)
                .boxed()
                .flatMapToLong(i -> LongStream.range(starts[i] + count, starts[i] + sequences.lengths()[i]))
                .toArray();
        return rows.select(0, Tensors.of(places, places.length));
    }
}
