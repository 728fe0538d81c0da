package dev.tenon.serving.load;

import dev.tenon.serving.load.LoadServer.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Tokens a second with ever more registered adapters, asked for evenly and as Zipf's law has it, by clients that wait for
 * their answers (closed loop) and by clients that come at a rate whatever happens (open loop).
 * {@code ScaleLoad [registered,…] [seconds] [clients] [rates,…]}
 */
final class ScaleLoad {
    /** The number comes first, so that no prompt begins with a page of another's, whichever adapter it is for. */
    private static final String PROMPT = "%06d is my number. Can you find me a bus to Fresno?";

    private static final int TOKENS = 32;

    private final LoadServer server;
    private final int seconds;
    private final AtomicInteger asked = new AtomicInteger();

    private ScaleLoad(LoadServer server, int seconds) {
        this.server = server;
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws Exception {
        var registered = (arguments.length > 0 ? arguments[0] : "1,8,32,200,1000,2000").split(",");
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 15;
        int clients = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 16;
        var rates = (arguments.length > 3 ? arguments[3] : "2,5,10").split(",");
        try (var server = new LoadServer("--tenon.serving.rows=16", "--tenon.serving.queue=256")) {
            var load = new ScaleLoad(server, seconds);
            load.closed("warm_up", 0, clients, () -> LoadServer.BASE);
            load.closed("base", 0, 1, () -> LoadServer.BASE);
            load.closed("base", 0, clients, () -> LoadServer.BASE);
            int there = 0;
            for (var text : registered) {
                int wanted = Integer.parseInt(text);
                load.add(there, wanted);
                there = wanted;
                for (boolean skewed : new boolean[] {false, true}) {
                    load.closed(skewed ? "skewed" : "uniform", wanted, clients, choice(wanted, skewed, 1));
                }
                if (wanted == 1 || wanted == 1000) {
                    for (var rate : rates) {
                        load.open(wanted, Double.parseDouble(rate), choice(wanted, false, 2));
                    }
                }
            }
            // how much the machine itself has changed meanwhile
            load.closed("uniform", 1, clients, choice(1, false, 1));
            load.closed("base", 0, clients, () -> LoadServer.BASE);
        }
        System.exit(0);
    }

    /** Names by Zipf's law of exponent 1, or all alike. */
    private static Supplier<String> choice(int adapters, boolean skewed, long seed) {
        var random = new Random(seed);
        var sums = new double[adapters];
        for (int i = 0; i < adapters; i++) {
            sums[i] = (i == 0 ? 0 : sums[i - 1]) + (skewed ? 1.0 / (i + 1) : 1);
        }
        return () -> {
            double point;
            synchronized (random) {
                point = random.nextDouble() * sums[adapters - 1];
            }
            int at = java.util.Arrays.binarySearch(sums, point);
            return "scale" + Math.min(adapters - 1, at < 0 ? -at - 1 : at);
        };
    }

    /** And asks for each, so that all figures are of adapters that are in memory; how fast they come is another question. */
    private void add(int there, int wanted) throws Exception {
        long begun = System.nanoTime();
        server.addAll("scale", there, wanted, 1);
        System.out.printf(
                "{\"bench\":\"scale\",\"run\":\"import\",\"adapters\":%d,\"seconds\":%.1f}%n",
                wanted - there, (System.nanoTime() - begun) / 1e9);
    }

    private Reply ask(String name) throws Exception {
        return server.chat(name, PROMPT.formatted(asked.incrementAndGet() * 7919 % 1_000_000), TOKENS);
    }

    private void closed(String what, int adapters, int clients, Supplier<String> names) throws Exception {
        var replies = new ConcurrentLinkedQueue<Reply>();
        long begun = System.nanoTime();
        long end = begun + seconds * 1_000_000_000L;
        List<Future<?>> all = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                all.add(threads.submit(() -> {
                    while (System.nanoTime() < end) {
                        replies.add(ask(names.get()));
                    }
                    return null;
                }));
            }
            for (var one : all) {
                one.get();
            }
        }
        report("closed_" + what, adapters, clients, 0, replies, (System.nanoTime() - begun) / 1e9);
    }

    private void open(int adapters, double rate, Supplier<String> names) throws Exception {
        var replies = new ConcurrentLinkedQueue<Reply>();
        long begun = System.nanoTime();
        List<Future<?>> all = new ArrayList<>();
        var random = new Random(3);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            double at = 0;
            while (at < seconds) {
                Thread.sleep(Math.max(0, (long) (at * 1e3 - (System.nanoTime() - begun) / 1e6)));
                all.add(threads.submit(() -> replies.add(ask(names.get()))));
                at += -Math.log(1 - random.nextDouble()) / rate;
            }
            for (var one : all) {
                one.get();
            }
        }
        report("open", adapters, 0, rate, replies, (System.nanoTime() - begun) / 1e9);
    }

    private void report(
            String what, int adapters, int clients, double rate, ConcurrentLinkedQueue<Reply> replies, double took)
            throws Exception {
        double tokens = replies.stream().mapToInt(Reply::tokens).sum() / took;
        var samples =
                Samples.of(replies.stream().filter(Reply::ok).map(Reply::millis).toList());
        System.out.printf(
                "{\"bench\":\"scale\",\"run\":\"%s\",\"registered\":%d,\"clients\":%d,\"rate\":%.1f,\"tokens_s\":%.1f,"
                        + "\"answers\":%d,\"refused\":%d,\"p50_ms\":%.0f,\"p99_ms\":%.0f,\"load\":\"%s\"}%n",
                what,
                adapters,
                clients,
                rate,
                tokens,
                samples.count(),
                replies.size() - samples.count(),
                samples.percentile(0.5),
                samples.percentile(0.99),
                MachineLoad.average());
    }
}
