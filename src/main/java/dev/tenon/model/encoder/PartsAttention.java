package dev.tenon.model.encoder;

import dev.tenon.model.AttentionSite;
import dev.tenon.model.KeyValues;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Attention within the documents of a batch, before each of which stand the keys and values of its part's hooks. */
final class PartsAttention {
    private final PackedParts parts;
    private final Spread spread;
    private @Nullable Keys last;

    PartsAttention(PackedParts parts, Spread spread) {
        this.parts = parts;
        this.spread = spread;
    }

    /**
     * Where the keys of every row are among those of all tokens and of the parts after them.
     *
     * @param before how many stand before each document of a part
     * @param lengths keys of each document
     * @param gather their places, short rows filled up, {@code [documents · longest]}
     */
    private record Keys(int[] before, long[] lengths, Tensor gather) {}

    /** {@code [tokens, heads, size]} to {@code [tokens, heads · size]}. */
    Tensor attend(AttentionSite site, Tensor query, Tensor key, Tensor value) {
        var prefixes = new ArrayList<@Nullable KeyValues>();
        parts.parts().forEach(part -> prefixes.add(part.hooks().prefix(site)));
        if (prefixes.size() == 1 || prefixes.stream().allMatch(Objects::isNull)) {
            return spread.attend(query, key, value, prefixes.getFirst());
        }
        var allKeys = new ArrayList<Tensor>(List.of(key));
        var allValues = new ArrayList<Tensor>(List.of(value));
        for (var prefix : prefixes) {
            if (prefix != null) {
                allKeys.add(prefix.keys().to(key.dtype()).transpose(0, 1));
                allValues.add(prefix.values().to(value.dtype()).transpose(0, 1));
            }
        }
        int[] before = prefixes.stream()
                .mapToInt(prefix -> prefix == null ? 0 : (int) prefix.keys().size(1))
                .toArray();
        return attend(query, Tensor.cat(allKeys, 0), Tensor.cat(allValues, 0), keys(before, query.device()));
    }

    private Tensor attend(Tensor query, Tensor keys, Tensor values, Keys places) {
        return Kernels.call(
                "gathered_attention",
                query,
                keys,
                values,
                spread.gather(),
                spread.scatter(),
                places.lengths(),
                places.gather(),
                1 / Math.sqrt(query.size(-1)));
    }

    /** As a rule the same in all layers. */
    private Keys keys(int[] before, Device device) {
        var known = last;
        if (known == null || !Arrays.equals(known.before(), before)) {
            known = places(before, device);
            last = known;
        }
        return known;
    }

    private Keys places(int[] before, Device device) {
        var lengths = spread.lengths().clone();
        var starts = new int[lengths.length];
        int document = 0;
        int prefix = (int) Arrays.stream(lengths).sum();
        for (int part = 0; part < before.length; part++) {
            for (int i = 0; i < parts.parts().get(part).sequences().lengths().length; i++) {
                lengths[document] += before[part];
                starts[document++] = prefix;
            }
            prefix += before[part];
        }
        int longest = (int) Arrays.stream(lengths).max().orElseThrow();
        var gather = new long[longest * lengths.length];
        int token = 0;
        for (int row = 0; row < lengths.length; row++) {
            int own = (int) spread.lengths()[row];
            int standing = (int) lengths[row] - own;
            for (int i = 0; i < lengths[row]; i++) {
                gather[row * longest + i] = i < standing ? starts[row] + i : token + i - standing;
            }
            token += own;
        }
        return new Keys(before, lengths, Tensors.of(gather, device, gather.length));
    }
}
