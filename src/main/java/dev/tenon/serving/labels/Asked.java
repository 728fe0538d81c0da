package dev.tenon.serving.labels;

import dev.tenon.serving.Patience;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A request and how far it is: texts are taken in their order, by one or several passes. The lane's lock guards it. */
final class Asked {
    private static final float[] NOTHING = {};
    private static final Duration SELDOM = Duration.ofSeconds(1);

    final LabelRequest request;
    final long arrived = System.nanoTime();
    private final float[] @Nullable [] told;
    private final CompletableFuture<List<float[]>> end = new CompletableFuture<>();
    private int next;

    /** Whether it has texts that no pass has taken. */
    boolean waits;

    /** Whether a pass took one of them. */
    boolean begun;

    /** Whether a pass computes with its adapter now. */
    boolean computed;

    /** Why it cannot be answered, or nobody wants that any more. */
    @Nullable
    Throwable failure;

    Asked(LabelRequest request) {
        this.request = request;
        told = new float[request.texts().size()][];
        for (int i = 0; i < told.length; i++) {
            told[i] = request.texts().get(i).places().length == 0 ? NOTHING : null;
        }
        skip();
    }

    /** Of a text without places nothing is told. */
    private void skip() {
        while (next < told.length && told[next] != null) {
            next++;
        }
        waits = next < told.length;
    }

    /** The next text's tokens, with what stands before them. */
    int nextLength() {
        return request.texts().get(next).ids().length + request.hooks().prefixLength();
    }

    int take() {
        int taken = next++;
        skip();
        return taken;
    }

    /** @param probabilities {@code [places · labels]} */
    void tell(int text, float[] probabilities) {
        told[text] = probabilities;
    }

    /** Ends it where there is nothing left to do. */
    void endIfDone() {
        if (computed) {
            return;
        }
        if (failure != null) {
            end.completeExceptionally(failure);
        } else if (Arrays.stream(told).allMatch(Objects::nonNull)) {
            end.complete(List.of(told));
        }
    }

    List<float[]> await(Patience patience) throws InterruptedException, ExecutionException {
        while (true) {
            try {
                return end.get(SELDOM.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException waiting) {
                patience.check();
            }
        }
    }

    /** Waits, whatever happens, until nothing is computed with what it holds. */
    void awaitEnd() {
        end.handle((answer, failed) -> null).join();
    }
}
