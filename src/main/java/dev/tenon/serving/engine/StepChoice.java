package dev.tenon.serving.engine;

import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a step's logits come to for the sinks that wait for them: the likeliest token is found on the device, so that of a
 * whole batch of greedy rows only one number each has to leave it.
 *
 * @param likeliest after every token that is asked for; unused where no sink takes it
 * @param logits of every sink those it wants, none for one that takes the likeliest token
 */
record StepChoice(List<Asking> asking, long[] likeliest, float[][] logits) {
    /** From so many logits on, choosing the tokens is spread over the processors. */
    private static final long SPREAD = 1 << 18;

    private static final float[] NOTHING = {};

    /**
     * A sink, and the tokens that are tried out for it beyond its next one.
     *
     * @param first place of its next token among those asked for
     */
    record Asking(TokenSink sink, long[] draft, int first) {
        static List<Asking> of(List<StepShare> shares) {
            var asking = new ArrayList<Asking>();
            int first = 0;
            for (StepShare share : shares) {
                if (share.wanted()) {
                    asking.add(new Asking(share.row().request.sink(), share.draft(), first));
                    first += share.choices();
                }
            }
            return asking;
        }
    }

    /**
     * What a sink did.
     *
     * @param taken tokens that it took
     */
    record Taken(int taken, @Nullable RuntimeException failure) {}

    /**
     * Reads what the sinks want.
     *
     * @param logits {@code [tokens that are asked for, vocabulary]}
     * @param lies whether they lie in rows of float32 on the CPU
     * @param room for what is read from there
     */
    static StepChoice of(List<Asking> asking, Tensor logits, boolean lies, ChoiceRoom room) {
        var own = new float[asking.size()][];
        int wide = 0;
        for (int i = 0; i < own.length; i++) {
            if (!asking.get(i).sink().takesLikeliest()) {
                own[i] = room.array(wide++, (int) logits.size(1));
            } else {
                own[i] = NOTHING;
            }
        }
        if (lies) {
            for (int i = 0; i < own.length; i++) {
                if (own[i] != NOTHING) {
                    ChoiceRoom.read(logits, asking.get(i).first(), own[i]);
                }
            }
            return new StepChoice(asking, wide < own.length ? room.likeliest(logits) : new long[0], own);
        }
        long[] likeliest =
                wide < own.length ? Kernels.infer("argmax", logits, 1).toLongs() : new long[0];
        copy(logits, asking, own, wide);
        return new StepChoice(asking, likeliest, own);
    }

    private static void copy(Tensor logits, List<Asking> asking, float[][] own, int wide) {
        if (wide == 0) {
            return;
        }
        long[] index = IntStream.range(0, own.length)
                .filter(i -> own[i] != NOTHING)
                .mapToLong(i -> asking.get(i).first())
                .toArray();
        float[] all = (wide == logits.size(0)
                        ? logits
                        : logits.select(0, Tensors.of(index, logits.device(), index.length)))
                .toFloats();
        int at = 0;
        for (float[] row : own) {
            System.arraycopy(all, at, row, 0, row.length);
            at += row.length;
        }
    }

    /** Gives every sink its token, those that were guessed right and the one after, or its logits. */
    List<Taken> handOut() {
        var results = new Taken[logits.length];
        long wide = 0;
        for (float[] row : logits) {
            wide += row.length;
        }
        var all = IntStream.range(0, results.length);
        (wide >= SPREAD ? all.parallel() : all).forEach(i -> {
            try {
                var own = logits[i];
                if (own == NOTHING) {
                    results[i] = new Taken(handOut(asking.get(i)), null);
                } else {
                    asking.get(i).sink().accept(own);
                    results[i] = new Taken(1, null);
                }
            } catch (RuntimeException e) {
                results[i] = new Taken(0, e);
            }
        });
        return List.of(results);
    }

    private int handOut(Asking one) {
        int taken = 0;
        boolean more = true;
        while (more) {
            long token = likeliest[one.first() + taken];
            one.sink().accept((int) token);
            more = taken < one.draft().length
                    && one.draft()[taken] == token
                    && !one.sink().finished()
                    && one.sink().takesLikeliest();
            taken++;
        }
        return taken;
    }
}
