package dev.tenon.serving.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/** What the machine can do, and what else it is doing, at this moment. */
final class MachineLoad {
    private static final int WORDS = 1 << 25;
    private static final int ROUNDS = 5;

    private MachineLoad() {}

    /** Linux's load average of the last minute. */
    static String average() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }

    /** Bytes a second that all processors together read from memory; the best of some rounds. */
    static double bandwidth() throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        var arrays = IntStream.range(0, processors)
                .mapToObj(i -> new long[WORDS / processors])
                .toList();
        double best = 0;
        try (var threads = Executors.newFixedThreadPool(processors)) {
            for (int round = 0; round < ROUNDS; round++) {
                long begun = System.nanoTime();
                long sum = 0;
                for (var part : arrays.stream()
                        .map(array -> threads.submit(() -> sum(array)))
                        .toList()) {
                    sum += part.get();
                }
                double seconds = (System.nanoTime() - begun) / 1e9;
                best = Math.max(best, (sum == 0 ? 1 : 0) * (double) WORDS * Long.BYTES / seconds);
            }
        }
        return best;
    }

    private static long sum(long[] array) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (int i = 0; i < array.length; i += 4) {
            a += array[i];
            b += array[i + 1];
            c += array[i + 2];
            d += array[i + 3];
        }
        return a + b + c + d;
    }
}
