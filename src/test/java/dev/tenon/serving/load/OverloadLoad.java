package dev.tenon.serving.load;

import dev.tenon.TenonContext;
import dev.tenon.serving.load.LoadServer.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Ten times as many clients as there are places, readers that never read, and people who leave at once: what the server's
 * heap does, and how soon those are told who get no place. {@code OverloadLoad [seconds]}
 */
final class OverloadLoad {
    private static final int ROWS = 4;
    private static final int QUEUE = 16;
    private static final int STALLED = 8;

    private OverloadLoad() {}

    public static void main(String[] arguments) throws Exception {
        int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 30;
        try (var server = new LoadServer(
                "--tenon.serving.rows=" + ROWS,
                "--tenon.serving.queue=" + QUEUE,
                "--server.tomcat.connection-timeout=5s")) {
            run(server, "before", 5, 2, 0);
            for (int round = 1; round <= 3; round++) {
                run(server, "overload_" + round, seconds, 10 * (ROWS + QUEUE), STALLED);
            }
            run(server, "after", 5, 2, 0);
        }
        System.exit(0);
    }

    private static void run(LoadServer server, String what, int seconds, int clients, int stalled) throws Exception {
        var replies = new ConcurrentLinkedQueue<Reply>();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        List<Future<?>> all = new ArrayList<>();
        List<Socket> lazy = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < stalled; i++) {
                lazy.add(ask(server, 1000));
            }
            for (int i = 0; i < clients; i++) {
                all.add(threads.submit(() -> {
                    while (System.nanoTime() < end) {
                        var reply = server.chat(LoadServer.BASE, "Hello", 32);
                        replies.add(reply);
                        if (!reply.ok()) {
                            Thread.sleep(1000); // what Retry-After asks for
                        }
                    }
                    return null;
                }));
            }
            while (stalled > 0 && System.nanoTime() < end) {
                ask(server, 500).close();
                Thread.sleep(100);
            }
            for (var one : all) {
                one.get();
            }
        }
        long heap = server.heap();
        for (var socket : lazy) {
            socket.close();
        }
        report(what, clients, replies, heap);
    }

    /** Asks for a long stream with many bytes a token, of which the caller need not read anything. */
    private static Socket ask(LoadServer server, int tokens) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("localhost", server.port()));
        var body = LoadServer.chatBody(LoadServer.BASE, "Hello", tokens, true)
                .replace("\"stream\"", "\"logprobs\":true,\"top_logprobs\":20,\"n\":4,\"stream\"")
                .getBytes(StandardCharsets.UTF_8);
        var head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                + TenonContext.ADMIN_KEY + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length
                + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        return socket;
    }

    private static void report(String what, int clients, ConcurrentLinkedQueue<Reply> replies, long heap)
            throws IOException {
        var refused = Samples.of(replies.stream()
                .filter(reply -> reply.status() == 503 || reply.status() == 429)
                .map(Reply::millis)
                .toList());
        var answered =
                Samples.of(replies.stream().filter(Reply::ok).map(Reply::millis).toList());
        System.out.printf(
                "{\"bench\":\"overload\",\"run\":\"%s\",\"clients\":%d,\"answered\":%d,\"answer_p50_ms\":%.0f,"
                        + "\"refused\":%d,\"refusal_p50_ms\":%.1f,\"refusal_p99_ms\":%.1f,\"other\":%d,\"heap_mib\":%.1f,"
                        + "\"load\":\"%s\"}%n",
                what,
                clients,
                answered.count(),
                answered.percentile(0.5),
                refused.count(),
                refused.percentile(0.5),
                refused.percentile(0.99),
                replies.size() - refused.count() - answered.count(),
                heap / 1048576.0,
                MachineLoad.average());
    }
}
