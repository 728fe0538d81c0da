package dev.tenon.model.llama;

import dev.tenon.model.Hooks;
import dev.tenon.model.Mixing;
import dev.tenon.model.RowTokens;
import dev.tenon.model.Span;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The rows of a step in two parts: those of words alone with at most low-rank updates, for which a card has a recording, and
 * the others.
 *
 * @param places of the rows' logits among those of the first part and then the second, in the order of the step
 */
record StepParts(List<RowTokens> alike, List<RowTokens> others, long[] places) {
    /** @param longest the most tokens of a row of the first part */
    static StepParts of(List<RowTokens> rows, Mixing mixing, int longest) {
        var among = new boolean[rows.size()];
        long first = 0;
        long second = 0;
        for (int i = 0; i < among.length; i++) {
            among[i] = isAlike(rows.get(i), mixing, longest);
            second += among[i] ? rows.get(i).wanted() : 0;
        }
        var alike = new ArrayList<RowTokens>();
        var others = new ArrayList<RowTokens>();
        var places = LongStream.builder();
        for (int i = 0; i < among.length; i++) {
            var row = rows.get(i);
            (among[i] ? alike : others).add(row);
            for (int token = 0; token < row.wanted(); token++) {
                places.add(among[i] ? first++ : second++);
            }
        }
        return new StepParts(alike, others, places.build().toArray());
    }

    private static boolean isAlike(RowTokens row, Mixing mixing, int longest) {
        if (row.ids().length > longest || Arrays.stream(row.ids()).anyMatch(id -> id < 0)) {
            return false;
        }
        Hooks own = mixing.over(List.of(new Span(0, row.ids().length, row.hooks())));
        return own == Hooks.NONE || own.updatesOnly() != null;
    }

    boolean areTwo() {
        return !alike.isEmpty() && !others.isEmpty();
    }

    /** The logits of both parts in the order of the step. */
    Tensor joined(Tensor ofAlike, Tensor ofOthers) {
        Tensor all = ofOthers.size(0) == 0 ? ofAlike : Tensor.cat(List.of(ofAlike, ofOthers), 0);
        return all.select(0, Tensors.of(places, all.device(), places.length));
    }
}
