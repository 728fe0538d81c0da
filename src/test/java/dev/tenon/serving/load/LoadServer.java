package dev.tenon.serving.load;

import dev.tenon.TenonContext;
import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ImportedAdapter;
import dev.tenon.openai.client.RandomLora;
import dev.tenon.web.RunningTenon;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server in a process of its own, the adapters in it, and requests to it. */
final class LoadServer implements AutoCloseable {
    static final String BASE = "tenon-base-7m";
    private static final int IMPORTERS = 4;
    static final JsonMapper JSON = JsonMapper.shared();

    private final RunningTenon tenon;
    private final ApiClient api;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    LoadServer(String... settings) throws IOException, InterruptedException {
        tenon = RunningTenon.start(settings);
        api = ApiClient.admin(port());
        chat(BASE, "Hello", 1);
    }

    /**
     * An answer.
     *
     * @param model which weights gave it
     * @param millis from the request to the last byte
     */
    record Reply(int status, String model, String content, int tokens, double millis) {
        boolean ok() {
            return status == 200;
        }
    }

    /** A whole answer of exactly so many tokens: the ends of texts are forbidden. */
    Reply chat(String model, String prompt, int tokens) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        var answer = send("POST", "/v1/chat/completions", chatBody(model, prompt, tokens, false));
        double millis = (System.nanoTime() - begun) / 1e6;
        if (answer.statusCode() != 200) {
            return new Reply(answer.statusCode(), "", answer.body(), 0, millis);
        }
        JsonNode body = JSON.readTree(answer.body());
        return new Reply(
                200,
                body.path("system_fingerprint").asString(),
                body.at("/choices/0/message/content").asString(),
                body.at("/usage/completion_tokens").asInt(),
                millis);
    }

    /** Streams until the first token came and says which weights gave it. */
    String firstToken(String model) throws IOException, InterruptedException {
        var request = request("/v1/chat/completions")
                .POST(BodyPublishers.ofString(chatBody(model, "Hello", 2, true)))
                .build();
        try (var lines = http.send(request, BodyHandlers.ofLines()).body()) {
            var all = lines.iterator();
            while (all.hasNext()) {
                var line = all.next();
                if (line.startsWith("data: {")) {
                    var chunk = JSON.readTree(line.substring(6));
                    if (chunk.at("/choices/0/delta/content").asString("").length() > 0) {
                        return chunk.path("system_fingerprint").asString();
                    }
                }
            }
        }
        throw new IOException("the stream of " + model + " had no token");
    }

    static String chatBody(String model, String prompt, int tokens, boolean stream) {
        return """
                {"model":"%s","messages":[{"role":"user","content":"%s"}],"temperature":0,"max_tokens":%d,"stream":%b,
                 "logit_bias":{"0":-100,"2":-100}}""".formatted(model, prompt, tokens, stream);
    }

    /** Imports the next version of an adapter of random weights. */
    void add(String name, long seed, int rank) throws IOException, InterruptedException {
        var folder = Files.createTempDirectory("tenon-load-");
        try {
            RandomLora.write(folder, seed, 0.1, rank);
            require(ImportedAdapter.send(api, name, folder));
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    /** Imports many, the first to the last but one, by several clients, and asks for each, so that it is in memory. */
    void addAll(String prefix, int first, int last, long seed) throws Exception {
        var next = new AtomicInteger(first);
        List<Future<?>> all = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < IMPORTERS; i++) {
                all.add(threads.submit(() -> {
                    for (int at = next.getAndIncrement(); at < last; at = next.getAndIncrement()) {
                        add(prefix + at, seed + at, 2 + at % 7);
                        var reply = chat(prefix + at, "Hello", 1);
                        if (!reply.ok()) {
                            throw new IllegalStateException(reply.content());
                        }
                    }
                    return null;
                }));
            }
            for (var one : all) {
                one.get();
            }
        }
    }

    void move(String adapter, String alias, int version) throws IOException, InterruptedException {
        require(send(
                "PUT",
                "/api/v1/adapters/%s/aliases/%s".formatted(adapter, alias),
                "{\"version\":%d}".formatted(version)));
    }

    private static void require(HttpResponse<String> answer) {
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(answer.statusCode() + ": " + answer.body());
        }
    }

    HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        return http.send(
                request(path).method(method, BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(tenon.address() + path))
                .timeout(Duration.ofMinutes(3))
                .header("Authorization", "Bearer " + TenonContext.ADMIN_KEY)
                .header("Content-Type", "application/json");
    }

    int port() {
        return URI.create(tenon.address()).getPort();
    }

    /** Bytes of Java objects that live, after a collection. */
    long heap() throws IOException, InterruptedException {
        ask("GC.run");
        var info = ask("GC.heap_info");
        long kibibytes = 0;
        for (var line : info) {
            // one line with some collectors, one for each generation with others
            if (line.matches(".*used \\d+K.*") && !line.matches(".*([Mm]etaspace|class space).*")) {
                kibibytes += Long.parseLong(line.replaceAll(".*used (\\d+)K.*", "$1"));
            }
        }
        if (kibibytes == 0) {
            throw new IOException("no heap in " + info);
        }
        return kibibytes << 10;
    }

    private List<String> ask(String command) throws IOException, InterruptedException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var process = new ProcessBuilder(jcmd, Long.toString(tenon.pid()), command)
                .redirectErrorStream(true)
                .start();
        try (var out = process.inputReader()) {
            var lines = out.readAllLines();
            process.waitFor(30, TimeUnit.SECONDS);
            return lines;
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        http.close();
        tenon.close();
    }
}
