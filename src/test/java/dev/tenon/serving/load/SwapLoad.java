package dev.tenon.serving.load;

import dev.tenon.serving.load.LoadServer.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Fifty adapters of two versions each, clients that ask for any of them and for the base, and an alias that moves every
 * second: whether anybody notices. {@code SwapLoad [seconds] [clients] [adapters] [seconds before and after]}
 */
final class SwapLoad {
    private static final String PROMPT = "A table for two, please.";
    private static final int TOKENS = 16;
    private static final int BASE_EVERY = 5;

    private final LoadServer server;
    private final int adapters;
    /** What each content says alone, by its fingerprint, and which adapter it belongs to. */
    private final Map<String, String> said = new ConcurrentHashMap<>();

    private final Map<String, String> owner = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Double> times = new ConcurrentLinkedQueue<>();
    private final AtomicInteger errors = new AtomicInteger();
    private final AtomicInteger mixed = new AtomicInteger();
    private final AtomicInteger moves = new AtomicInteger();

    private SwapLoad(LoadServer server, int adapters) {
        this.server = server;
        this.adapters = adapters;
    }

    public static void main(String[] arguments) throws Exception {
        int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 120;
        int clients = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 8;
        int adapters = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 50;
        int still = arguments.length > 3 ? Integer.parseInt(arguments[3]) : seconds / 2;
        try (var server = new LoadServer()) {
            var load = new SwapLoad(server, adapters);
            load.prepare();
            load.run("warm_up", 10, clients, false);
            load.run("still", still, clients, false);
            load.run("swapping", seconds, clients, true);
            load.run("still", still, clients, false);
        }
        System.exit(0);
    }

    private void prepare() throws Exception {
        for (int i = 0; i < adapters; i++) {
            var name = name(i);
            for (int version = 1; version <= 2; version++) {
                server.add(name, 2L * i + version, 2 + i % 7);
                remember(name, server.chat(name + "@" + version, PROMPT, TOKENS));
            }
            server.move(name, "live", 1);
        }
        remember(LoadServer.BASE, server.chat(LoadServer.BASE, PROMPT, TOKENS));
    }

    private void remember(String name, Reply reply) {
        if (!reply.ok()) {
            throw new IllegalStateException(name + ": " + reply.content());
        }
        said.put(reply.model(), reply.content());
        owner.put(reply.model(), name);
    }

    private static String name(int i) {
        return "swap" + i;
    }

    private void run(String what, int seconds, int clients, boolean swapping) throws Exception {
        times.clear();
        errors.set(0);
        mixed.set(0);
        moves.set(0);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Future<?>> all = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                var random = new Random(i);
                all.add(threads.submit(() -> {
                    while (System.nanoTime() < end) {
                        ask(random.nextInt(BASE_EVERY) == 0 ? LoadServer.BASE : name(random.nextInt(adapters)));
                    }
                    return null;
                }));
            }
            for (int move = 0; swapping && System.nanoTime() < end; move++) {
                long next = System.nanoTime() + 1_000_000_000L;
                server.move(name(move % adapters), "live", 2 - (move / adapters) % 2);
                moves.incrementAndGet();
                Thread.sleep(Math.max(0, (next - System.nanoTime()) / 1_000_000));
            }
            for (var one : all) {
                one.get();
            }
        }
        var samples = Samples.of(times);
        System.out.printf(
                "{\"bench\":\"swap\",\"run\":\"%s\",\"seconds\":%d,\"clients\":%d,\"adapters\":%d,\"answers\":%d,"
                        + "\"errors\":%d,\"mixed_or_foreign\":%d,\"moves\":%d,\"p50_ms\":%.0f,\"p99_ms\":%.0f,\"load\":\"%s\"}%n",
                what,
                seconds,
                clients,
                adapters,
                samples.count(),
                errors.get(),
                mixed.get(),
                moves.get(),
                samples.percentile(0.5),
                samples.percentile(0.99),
                MachineLoad.average());
    }

    /** An answer must be the very text that one of the name's versions gives alone. */
    private void ask(String name) throws Exception {
        var reply = server.chat(name.equals(LoadServer.BASE) ? name : name + "@live", PROMPT, TOKENS);
        if (!reply.ok()) {
            errors.incrementAndGet();
            System.err.println(reply);
            return;
        }
        times.add(reply.millis());
        if (!name.equals(owner.get(reply.model())) || !reply.content().equals(said.get(reply.model()))) {
            mixed.incrementAndGet();
        }
    }
}
