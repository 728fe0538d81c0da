package dev.tenon.serving.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Callers that all want to ask at the same instant, each over a new connection, on one thread and plain sockets: a client's
 * pools and threads would take from the server's time more than the server does. Time counts from the moment when a caller
 * wants to ask, so that the thread's own delays, the handshake and every queue are in it. Who is refused comes again after a
 * second, who is answered at once.
 */
final class Crowd {
    private static final long RETRY_AFTER = 1_000_000_000L;
    private static final byte[] NO = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final SocketAddress server;
    private final byte[] request;
    private final List<Heard> heard = new ArrayList<>();
    private final List<Caller> resting = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);

    /**
     * What came of one request.
     *
     * @param begun milliseconds until this thread came to it: the client's own delay
     * @param whole milliseconds until the last byte of the answer, the client's delay included
     */
    record Heard(int status, double begun, double whole) {}

    private static final class Caller {
        private long due;
        private long begun;
        private @Nullable ByteBuffer left;
        private final StringBuilder answer = new StringBuilder();
    }

    Crowd(SocketAddress server, byte[] request) {
        this.server = server;
        this.request = request;
    }

    /** Lets so many ask a server that only says no, so that this thread is not the slow one when it counts. */
    static void practise(int callers) throws IOException {
        try (var server = new ServerSocket(0, callers, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (true) {
                        try (var socket = server.accept()) {
                            socket.getInputStream().read(new byte[64]);
                            socket.getOutputStream().write(NO);
                        }
                    }
                } catch (IOException closed) {
                    // practice is over
                }
            });
            new Crowd(server.getLocalSocketAddress(), "ask".getBytes(StandardCharsets.US_ASCII))
                    .ask(callers, 5 * RETRY_AFTER);
        }
    }

    /** Lets so many ask for so long and waits for the last answers. */
    List<Heard> ask(int callers, long nanos) throws IOException {
        long end = System.nanoTime() + nanos;
        for (int i = 0; i < callers; i++) {
            var caller = new Caller();
            caller.due = end - nanos;
            resting.add(caller);
        }
        try (var selector = Selector.open()) {
            while (System.nanoTime() < end || !selector.keys().isEmpty()) {
                if (System.nanoTime() >= end) {
                    resting.clear();
                }
                long next = beginDue(selector, end);
                selector.select(this::hear, Math.max(1, (next - System.nanoTime()) / 1_000_000));
            }
        }
        return heard;
    }

    /** When the next one wants to ask. */
    private long beginDue(Selector selector, long end) throws IOException {
        long now = System.nanoTime();
        for (var caller : List.copyOf(resting)) {
            if (caller.due <= now) {
                resting.remove(caller);
                begin(caller, selector);
            }
        }
        return resting.stream().mapToLong(caller -> caller.due).min().orElse(Math.max(end, now));
    }

    private void begin(Caller caller, Selector selector) throws IOException {
        caller.begun = System.nanoTime();
        caller.left = ByteBuffer.wrap(request);
        caller.answer.setLength(0);
        var channel = SocketChannel.open();
        channel.configureBlocking(false);
        boolean connected = channel.connect(server);
        channel.register(selector, connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, caller);
    }

    private void hear(SelectionKey key) {
        var caller = (Caller) key.attachment();
        try {
            go(caller, key, (SocketChannel) key.channel());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void go(Caller caller, SelectionKey key, SocketChannel channel) throws IOException {
        var left = caller.left;
        if (left != null) {
            channel.finishConnect();
            channel.write(left);
            caller.left = left.hasRemaining() ? left : null;
            key.interestOps(left.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
            return;
        }
        int read = channel.read(buffer.clear());
        caller.answer.append(StandardCharsets.UTF_8.decode(buffer.flip()));
        if (read < 0 || complete(caller.answer)) {
            long now = System.nanoTime();
            channel.close();
            int status = caller.answer.length() < 12 ? 0 : Integer.parseInt(caller.answer.substring(9, 12));
            heard.add(new Heard(status, (caller.begun - caller.due) / 1e6, (now - caller.due) / 1e6));
            caller.due = status == 200 ? now : now + RETRY_AFTER;
            resting.add(caller);
        }
    }

    /** Whether the head is there and as many bytes as it names; all our answers are ASCII. */
    private static boolean complete(StringBuilder answer) {
        int head = answer.indexOf("\r\n\r\n");
        int length = answer.toString().toLowerCase(Locale.ROOT).indexOf("content-length: ");
        if (head < 0 || length < 0 || length > head) {
            return false; // then the end of the connection is the end of the answer
        }
        int bytes = Integer.parseInt(answer.substring(length + 16, answer.indexOf("\r\n", length)));
        return answer.length() >= head + 4 + bytes;
    }
}
