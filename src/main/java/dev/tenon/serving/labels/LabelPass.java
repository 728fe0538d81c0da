package dev.tenon.serving.labels;

import dev.tenon.model.Hooks;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.LongStream;

/** One pass of an encoder over texts of several requests, each by its own adapter and head. */
final class LabelPass {
    private final List<Share> shares;

    /** Requests of the same adapter become neighbours, which its hooks take as one. */
    LabelPass(List<Share> given) {
        var numbers = new IdentityHashMap<Hooks, Integer>();
        given.forEach(share -> numbers.putIfAbsent(share.asked().request.hooks(), numbers.size()));
        shares = given.stream()
                .sorted(Comparator.comparing(
                        share -> numbers.get(share.asked().request.hooks())))
                .toList();
    }

    /** Tells every request what came of its texts, or none of them anything where one fails. */
    void run() {
        long begun = System.nanoTime();
        var model = shares.getFirst().asked().request.model();
        var scores = new ArrayList<float[]>();
        try (var scope = Scope.open()) {
            long[] rows = rows();
            Tensor read = model.hidden(shares.stream().map(Share::part).toList())
                    .select(0, Tensors.of(rows, model.device(), rows.length));
            int row = 0;
            for (var share : shares) {
                var request = share.asked().request;
                Tensor own = read.slice(0, row, row + share.places());
                scores.add(request.head()
                        .logits(model, own, request.hooks())
                        .softmax(-1)
                        .toFloats());
                row += share.places();
            }
        }
        for (int i = 0; i < scores.size(); i++) {
            handOut(shares.get(i), scores.get(i));
        }
        int adapters = (int) shares.stream()
                .map(share -> share.asked().request.hooks())
                .filter(hooks -> hooks != Hooks.NONE)
                .distinct()
                .count();
        shares.getFirst()
                .asked()
                .request
                .listener()
                .step(
                        Duration.ofNanos(System.nanoTime() - begun),
                        shares.size(),
                        shares.stream().mapToInt(Share::tokens).sum(),
                        adapters);
    }

    /** Where the tokens are that are read, among those of all texts. */
    private long[] rows() {
        var rows = LongStream.builder();
        long start = 0;
        for (var share : shares) {
            for (int number : share.texts()) {
                for (int place : share.text(number).places()) {
                    rows.add(start + place);
                }
                start += share.text(number).ids().length;
            }
        }
        return rows.build().toArray();
    }

    private static void handOut(Share share, float[] scores) {
        int labels = scores.length / share.places();
        int at = 0;
        for (int number : share.texts()) {
            int end = at + share.text(number).places().length * labels;
            share.asked().tell(number, Arrays.copyOfRange(scores, at, end));
            at = end;
        }
    }
}
