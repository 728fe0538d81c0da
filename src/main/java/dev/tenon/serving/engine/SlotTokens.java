package dev.tenon.serving.engine;

import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of a batch ordered by the slots of their adapters, in lanes of one slot each, so that one product over the slots
 * serves all of them. Short lanes are filled up with tokens whose results are dropped.
 *
 * @param first the first lane's slot where lanes are neighbouring slots
 * @param lanes how many there are
 * @param slots of the lanes where they are not neighbours, {@code [lanes]}
 * @param gather the token in every place of every lane, {@code [lanes · longest]}
 * @param tokens those that get a result, {@code [tokens]}
 * @param back their places among those of the lanes, {@code [tokens]}; null where no lane is filled up
 */
record SlotTokens(
        int first,
        int lanes,
        @Nullable Tensor slots,
        Tensor gather,
        Tensor tokens,
        @Nullable Tensor back) {
    /** Up to so many tokens of an adapter cost little more than one, as its weights have to be read anyway. */
    private static final int FEW = 16;

    /** Tokens by slot, ascending; slots of nearly as many tokens come together, in at most a few parts. */
    static List<SlotTokens> of(SortedMap<Integer, List<Integer>> bySlot, Device device) {
        var alike = new TreeMap<Integer, SortedMap<Integer, List<Integer>>>();
        bySlot.forEach((slot, tokens) -> alike.computeIfAbsent(most(tokens.size()), any -> new TreeMap<>())
                .put(slot, tokens));
        var parts = new ArrayList<SlotTokens>();
        alike.forEach((most, own) -> parts.add(part(own, most == FEW, device)));
        return parts;
    }

    private static int most(int tokens) {
        int most = FEW;
        while (most < tokens) {
            most *= 4;
        }
        return most;
    }

    private static SlotTokens part(SortedMap<Integer, List<Integer>> bySlot, boolean few, Device device) {
        int first = bySlot.firstKey();
        int range = bySlot.lastKey() - first + 1;
        // the weights are used where they lie, also of a slot between them, unless most would be for nothing
        boolean neighbours = range == bySlot.size() || few && range <= 2 * bySlot.size();
        int lanes = neighbours ? range : bySlot.size();
        int longest = bySlot.values().stream().mapToInt(List::size).max().orElseThrow();
        var gather = new long[lanes * longest];
        Arrays.fill(gather, bySlot.values().iterator().next().getFirst());
        var tokens = new ArrayList<Integer>();
        var back = new ArrayList<Integer>();
        int next = 0;
        for (var own : bySlot.entrySet()) {
            int place = longest * (neighbours ? own.getKey() - first : next++);
            for (int token : own.getValue()) {
                gather[place] = token;
                tokens.add(token);
                back.add(place++);
            }
        }
        return new SlotTokens(
                first,
                lanes,
                neighbours ? null : tensor(bySlot.keySet().stream().toList(), device),
                Tensors.of(gather, device, gather.length),
                tensor(tokens, device),
                back.size() == gather.length ? null : tensor(back, device));
    }

    private static Tensor tensor(List<Integer> values, Device device) {
        long[] all = values.stream().mapToLong(Integer::longValue).toArray();
        return Tensors.of(all, device, all.length);
    }
}
