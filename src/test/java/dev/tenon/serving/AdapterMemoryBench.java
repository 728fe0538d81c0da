package dev.tenon.serving;

import dev.tenon.TensorEngine;
import dev.tenon.tensor.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.util.FileSystemUtils;
import org.springframework.util.unit.DataSize;

/** The full figures of {@link AdapterMemoryTest}: 10,000 loads beyond the budget, then 1,000 loads and unloads. */
final class AdapterMemoryBench {
    private static final int LOADS = 10_000;
    private static final int CYCLES = 1_000;

    private AdapterMemoryBench() {}

    public static void main(String[] arguments) throws Exception {
        TensorEngine.start();
        var disk = Files.createTempDirectory("tenon-adapters-");
        try {
            storm(disk.resolve("storm"));
            cycles(disk.resolve("cycles"));
        } finally {
            FileSystemUtils.deleteRecursively(disk);
        }
        System.exit(0);
    }

    private static void storm(Path disk) throws Exception {
        long ledger = Ledger.liveBytes();
        var budget = DataSize.ofMegabytes(32);
        long begun = System.nanoTime();
        try (var pool = new AdapterPool(disk, 100, 64, 1, budget)) {
            var outcome = new LoadStorm(pool, budget.toBytes(), 12).run(LOADS, 1);
            System.out.printf(
                    "{\"bench\":\"load_storm\",\"budget\":%d,\"granted\":%d,\"refused\":%d,\"most_bytes\":%d,"
                            + "\"worst_estimate_error\":%.4f,\"seconds\":%.1f,\"rss\":%d}%n",
                    budget.toBytes(),
                    outcome.granted(),
                    outcome.refused(),
                    outcome.mostBytes(),
                    outcome.worstEstimate(),
                    (System.nanoTime() - begun) / 1e9,
                    residentSet());
        }
        System.out.printf("{\"ledger_before\":%d,\"ledger_after\":%d}%n", ledger, Ledger.liveBytes());
    }

    private static void cycles(Path disk) throws Exception {
        try (var pool = new AdapterPool(disk, 2, 1, 6, DataSize.ofKilobytes(48));
                var base = pool.base()) {
            long ledger = 0;
            for (int i = 0; i <= CYCLES; i++) {
                pool.lease(i % 2, base.value()).close();
                if (i == 0) {
                    ledger = Ledger.liveBytes();
                }
                if (i % 100 == 0) {
                    System.out.printf(
                            "{\"bench\":\"load_unload\",\"cycle\":%d,\"ledger_growth\":%d,\"rss\":%d}%n",
                            i, Ledger.liveBytes() - ledger, residentSet());
                }
            }
        }
    }

    private static long residentSet() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(0);
    }
}
