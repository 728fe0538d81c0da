package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What Linux itself says about the threads. */
class StepBackTest {
    private static final Path SELF = Path.of("/proc/thread-self/stat");

    @Test
    void onlyTheThreadAndThoseItStartsStepBack() throws Exception {
        assumeTrue(Files.exists(SELF), "not on Linux");
        var found = new CompletableFuture<int[]>();
        int before = nice();
        Thread.ofPlatform()
                .start(() -> {
                    Engine.stepBack(3);
                    int own = nice();
                    Thread.ofPlatform().start(() -> found.complete(new int[] {own, nice()}));
                })
                .join();
        int after = Math.min(19, before + 3);
        assertThat(found.get()).containsExactly(after, after);
        assertThat(nice()).isEqualTo(before);
    }

    /** The 19th field, counted from after the name in brackets, which is the second. */
    private static int nice() {
        try {
            var stat = Files.readString(SELF);
            return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
