package dev.tenon.serving.load;

import java.util.ArrayList;

/**
 * From asking for an alias to move until the first token of the new version, which nobody had loaded before, with few and
 * with many adapters in memory. {@code SwapLatency [most] [swaps]}
 */
final class SwapLatency {
    private SwapLatency() {}

    public static void main(String[] arguments) throws Exception {
        int most = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1000;
        int swaps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 30;
        try (var server = new LoadServer()) {
            int loaded = 0;
            for (int wanted : new int[] {1, 100, 1000}) {
                if (wanted > most) {
                    break;
                }
                server.addAll("other", loaded, wanted, 1_000_000);
                loaded = wanted;
                measure(server, "moving" + wanted, loaded, swaps);
            }
        }
        System.exit(0);
    }

    private static void measure(LoadServer server, String name, int loaded, int swaps) throws Exception {
        for (int version = 1; version <= swaps + 1; version++) {
            server.add(name, version, 4);
        }
        server.move(name, "live", 1);
        var before = server.firstToken(name + "@live");
        var times = new ArrayList<Double>();
        for (int version = 2; version <= swaps + 1; version++) {
            long begun = System.nanoTime();
            server.move(name, "live", version);
            var now = server.firstToken(name + "@live");
            times.add((System.nanoTime() - begun) / 1e6);
            if (now.equals(before)) {
                throw new IllegalStateException("the old version answered after the move was confirmed");
            }
            before = now;
        }
        var samples = Samples.of(times);
        System.out.printf(
                "{\"bench\":\"swap_latency\",\"loaded\":%d,\"swaps\":%d,\"p50_ms\":%.0f,\"p99_ms\":%.0f,\"load\":\"%s\"}%n",
                loaded, samples.count(), samples.percentile(0.5), samples.percentile(0.99), MachineLoad.average());
    }
}
