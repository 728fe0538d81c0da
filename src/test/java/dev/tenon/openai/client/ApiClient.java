package dev.tenon.openai.client;

import dev.tenon.TenonContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Raw HTTP without any SDK's kindness: what goes over the wire is what the test says. */
public final class ApiClient {
    private static final JsonMapper JSON = new JsonMapper();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;
    private final @Nullable String key;

    private ApiClient(int port, @Nullable String key) {
        this.port = port;
        this.key = key;
    }

    public static ApiClient admin(int port) {
        return new ApiClient(port, TenonContext.ADMIN_KEY);
    }

    public static ApiClient of(int port, String key) {
        return new ApiClient(port, key);
    }

    public static ApiClient anonymous(int port) {
        return new ApiClient(port, null);
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path, BodyPublishers.noBody());
    }

    public HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return send("DELETE", path, BodyPublishers.noBody());
    }

    public HttpResponse<String> post(String path, String json, String... headers)
            throws IOException, InterruptedException {
        var all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Content-Type";
        all[headers.length + 1] = "application/json";
        return send("POST", path, BodyPublishers.ofString(json), all);
    }

    public HttpResponse<String> send(String method, String path, BodyPublisher body, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .method(method, body);
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** Uploads a file as a browser or an SDK would. */
    public HttpResponse<String> upload(String filename, String purpose, String content)
            throws IOException, InterruptedException {
        return upload(
                filename,
                purpose,
                List.of(() -> new java.io.ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8))),
                -1);
    }

    /** Uploads parts in a row as one file, streamed; {@code length} is their sum, or negative for chunked. */
    public HttpResponse<String> upload(
            String filename, String purpose, List<Supplier<InputStream>> content, long length)
            throws IOException, InterruptedException {
        var head = ("--edge\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n" + purpose
                        + "\r\n--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + filename
                        + "\"\r\nContent-Type: application/octet-stream\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        var tail = "\r\n--edge--\r\n".getBytes(StandardCharsets.UTF_8);
        var parts = new java.util.ArrayList<InputStream>();
        parts.add(new java.io.ByteArrayInputStream(head));
        content.forEach(part -> parts.add(part.get()));
        parts.add(new java.io.ByteArrayInputStream(tail));
        var all = new java.io.SequenceInputStream(java.util.Collections.enumeration(parts));
        var stream = BodyPublishers.ofInputStream(() -> all);
        var body = length < 0 ? stream : BodyPublishers.fromPublisher(stream, length + head.length + tail.length);
        return send("POST", "/v1/files", body, "Content-Type", "multipart/form-data; boundary=edge");
    }

    /** The answers that the server is giving at this moment. */
    public int running() throws IOException, InterruptedException {
        return json(get("/api/v1/deployments"))
                .path("data")
                .valueStream()
                .mapToInt(it -> it.path("active_requests").asInt())
                .sum();
    }

    /** Those of the tokens of a chat's first choice. */
    public static List<Double> logprobs(JsonNode answer) {
        return answer.at("/choices/0/logprobs/content")
                .valueStream()
                .map(token -> token.path("logprob").asDouble())
                .toList();
    }

    public static JsonNode json(HttpResponse<String> answer) {
        return JSON.readTree(answer.body());
    }

    public static JsonNode error(HttpResponse<String> answer) {
        return json(answer).get("error");
    }
}
