package dev.tenon.model.encoder;

import dev.tenon.model.EncoderConfig;
import dev.tenon.model.EncoderPart;
import dev.tenon.model.Hooks;
import dev.tenon.model.MixedHooks;
import dev.tenon.model.Sequences;
import dev.tenon.model.Span;
import dev.tenon.model.VirtualTokens;
import dev.tenon.model.VirtualTokens.Group;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a batch laid end to end, and the tokens on which the hooks of each act.
 *
 * @param before virtual tokens of the parts, null where none has any
 */
record PackedParts(List<EncoderPart> parts, @Nullable VirtualTokens before) {
    /** Neighbours with the same hooks become one part. */
    static PackedParts of(List<EncoderPart> given) {
        var parts = new ArrayList<EncoderPart>();
        for (var part : given) {
            boolean same = !parts.isEmpty() && parts.getLast().hooks() == part.hooks();
            parts.add(same ? joined(parts.removeLast(), part) : part);
        }
        var groups = parts.stream()
                .map(part ->
                        new Group(part.hooks().virtualTokens(), part.sequences().lengths()))
                .toList();
        boolean virtual = groups.stream().anyMatch(group -> group.embeddings() != null);
        return new PackedParts(List.copyOf(parts), virtual ? new VirtualTokens(groups) : null);
    }

    private static EncoderPart joined(EncoderPart one, EncoderPart other) {
        var a = one.sequences();
        var b = other.sequences();
        return new EncoderPart(new Sequences(joined(a.ids(), b.ids()), joined(a.lengths(), b.lengths())), one.hooks());
    }

    private static long[] joined(long[] one, long[] other) {
        return LongStream.concat(Arrays.stream(one), Arrays.stream(other)).toArray();
    }

    /** The words of all parts. */
    long[] ids() {
        return parts.stream()
                .flatMapToLong(part -> Arrays.stream(part.sequences().ids()))
                .toArray();
    }

    /** Tokens of each document, the virtual ones among them. */
    long[] lengths() {
        return before != null
                ? before.lengths()
                : parts.stream()
                        .flatMapToLong(part -> Arrays.stream(part.sequences().lengths()))
                        .toArray();
    }

    /** Hooks over the words alone. */
    Hooks overWords() {
        return over(place -> parts.get(place).sequences().ids().length);
    }

    /** Hooks over all tokens, the virtual ones among them. */
    Hooks overAll() {
        if (before == null) {
            return overWords();
        }
        int[] tokens = before.tokens();
        return over(place -> tokens[place]);
    }

    private Hooks over(ToIntFunction<Integer> tokens) {
        var spans = new ArrayList<Span>();
        int start = 0;
        for (int place = 0; place < parts.size(); place++) {
            int count = tokens.applyAsInt(place);
            spans.add(new Span(start, count, parts.get(place).hooks()));
            start += count;
        }
        return MixedHooks.of(spans);
    }

    /** Puts the virtual tokens among the embedded words. */
    Tensor withVirtual(Tensor words) {
        return before == null ? words : before.before(words);
    }

    /** The rows of the words among those of all tokens. */
    Tensor words(Tensor rows) {
        return before == null ? rows : before.without(rows);
    }

    /** The place of every token, the virtual ones among them, in the table of positions. */
    long[] positions(EncoderConfig config) {
        var places = LongStream.builder();
        for (int i = 0; i < parts.size(); i++) {
            var group = before == null ? null : before.groups().get(i);
            long[] own = group == null || group.embeddings() == null
                    ? positions(parts.get(i).sequences(), config)
                    : Sequences.positions(group.allLengths(), config.firstPosition());
            Arrays.stream(own).forEach(places);
        }
        return places.build().toArray();
    }

    /** RoBERTa counts no padding token, also one that stands inside a text. */
    private static long[] positions(Sequences sequences, EncoderConfig config) {
        long[] places = Sequences.positions(sequences.lengths(), config.firstPosition());
        if (config.firstPosition() == 0) {
            return places;
        }
        int at = 0;
        for (long length : sequences.lengths()) {
            int skipped = 0;
            for (int i = 0; i < length; i++, at++) {
                boolean padding = sequences.ids()[at] == config.padToken();
                skipped += padding ? 1 : 0;
                places[at] = padding ? config.padToken() : places[at] - skipped;
            }
        }
        return places;
    }
}
