package dev.tenon.model.llama;

import dev.tenon.model.RowTokens;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * The rows of a step in parts that are computed one after the other, since each can be in a way of its own.
 *
 * @param parts rows by what tells them from others
 * @param places of the rows' logits among those of all parts, in the order of the step
 */
record StepParts<K>(SequencedMap<K, List<RowTokens>> parts, long[] places) {
    static <K> StepParts<K> by(List<RowTokens> rows, Function<RowTokens, K> kind) {
        var parts = new LinkedHashMap<K, List<RowTokens>>();
        rows.forEach(row ->
                parts.computeIfAbsent(kind.apply(row), any -> new ArrayList<>()).add(row));
        var next = new LinkedHashMap<K, Long>();
        long begin = 0;
        for (var part : parts.entrySet()) {
            next.put(part.getKey(), begin);
            begin += part.getValue().stream().mapToLong(RowTokens::wanted).sum();
        }
        var places = LongStream.builder();
        for (RowTokens row : rows) {
            long first = next.merge(kind.apply(row), (long) row.wanted(), Long::sum) - row.wanted();
            LongStream.range(first, first + row.wanted()).forEach(places::add);
        }
        return new StepParts<>(parts, places.build().toArray());
    }

    boolean areSeveral() {
        return parts.size() > 1;
    }

    /**
     * The logits of all parts {@code [wanted, vocabulary]} in the order of the step.
     *
     * @param step those of one of them
     */
    Tensor logits(BiFunction<K, List<RowTokens>, Tensor> step) {
        var each = new ArrayList<Tensor>();
        parts.forEach((kind, rows) -> each.add(step.apply(kind, rows)));
        var wanted = each.stream().filter(logits -> logits.size(0) > 0).toList();
        if (wanted.size() < 2) {
            return wanted.isEmpty() ? each.getFirst() : wanted.getFirst();
        }
        Tensor all = Tensor.cat(wanted, 0);
        return all.select(0, Tensors.of(places, all.device(), places.length));
    }
}
