package dev.tenon.serving.load;

import dev.tenon.TenonContext;
import dev.tenon.serving.load.Crowd.Heard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

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
        Crowd.practise(10 * (ROWS + QUEUE));
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
        long nanos = seconds * 1_000_000_000L;
        long end = System.nanoTime() + nanos;
        List<Socket> lazy = new ArrayList<>();
        for (int i = 0; i < stalled; i++) {
            lazy.add(ask(server, 1000));
        }
        var leavers = Thread.ofPlatform().unstarted(() -> leave(server, end));
        if (stalled > 0) {
            leavers.start();
        }
        var request = request(LoadServer.chatBody(LoadServer.BASE, "Hello", 32, false));
        var heard = new Crowd(address(server), request).ask(clients, nanos);
        leavers.join();
        long heap = server.heap();
        for (var socket : lazy) {
            socket.close();
        }
        report(what, clients, heard, heap);
    }

    /** Ten a second ask and leave. */
    private static void leave(LoadServer server, long end) {
        try {
            while (System.nanoTime() < end) {
                ask(server, 500).close();
                Thread.sleep(100);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks for a long stream with many bytes a token, of which the caller need not read anything. */
    private static Socket ask(LoadServer server, int tokens) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.connect(address(server));
        socket.getOutputStream()
                .write(request(LoadServer.chatBody(LoadServer.BASE, "Hello", tokens, true)
                        .replace("\"stream\"", "\"logprobs\":true,\"top_logprobs\":20,\"n\":4,\"stream\"")));
        return socket;
    }

    private static InetSocketAddress address(LoadServer server) {
        return new InetSocketAddress("localhost", server.port());
    }

    private static byte[] request(String body) {
        return ("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + TenonContext.ADMIN_KEY + "\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static void report(String what, int clients, List<Heard> heard, long heap) throws IOException {
        var refusals = heard.stream()
                .filter(one -> one.status() == 503 || one.status() == 429)
                .toList();
        var refused = Samples.of(refusals.stream().map(Heard::whole).toList());
        var begun = Samples.of(refusals.stream().map(Heard::begun).toList());
        var answered = Samples.of(heard.stream()
                .filter(one -> one.status() == 200)
                .map(Heard::whole)
                .toList());
        System.out.printf(
                "{\"bench\":\"overload\",\"run\":\"%s\",\"clients\":%d,\"answered\":%d,\"answer_p50_ms\":%.0f,"
                        + "\"refused\":%d,\"refusal_p50_ms\":%.1f,\"refusal_p99_ms\":%.1f,\"refusal_max_ms\":%.1f,"
                        + "\"refusals_within_50_ms\":%.4f,"
                        + "\"of_which_the_client_p99_ms\":%.1f,\"other\":%d,\"heap_mib\":%.1f,\"load\":\"%s\"}%n",
                what,
                clients,
                answered.count(),
                answered.percentile(0.5),
                refused.count(),
                refused.percentile(0.5),
                refused.percentile(0.99),
                refused.percentile(1),
                refused.within(50),
                begun.percentile(0.99),
                heard.size() - refused.count() - answered.count(),
                heap / 1048576.0,
                MachineLoad.average());
    }
}
