package dev.tenon.openai.adapters;

import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.RandomLora;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An alias moves all the time while clients chat: nothing fails, and each answer is of one version that was current. */
class SwapIT extends ApiTest {
    private static final int VERSIONS = 3;
    private static final int CLIENTS = 4;
    private static final int MOVES = 25;

    @TempDir
    Path disk;

    /** Version that the alias pointed at from a moment (nanoseconds, before the move was asked for) on. */
    private record Move(long from, int version) {}

    @Test
    void noAnswerIsLostOrMixed() throws Exception {
        var answers = new ConcurrentHashMap<String, String>();
        Map<String, Integer> versions = new ConcurrentHashMap<>();
        for (int version = 1; version <= VERSIONS; version++) {
            var folder = RandomLora.write(disk.resolve("v" + version), 10 + version);
            var loaded = api().post("/v1/load_lora_adapter", """
                            {"lora_name":"swap","lora_path":"%s","load_inplace":true}""".formatted(folder));
            assertThat(loaded.statusCode()).as(loaded.body()).isEqualTo(200);
            var alone = json(chat("swap@" + version));
            var fingerprint = alone.path("system_fingerprint").asString();
            versions.put(fingerprint, version);
            answers.put(fingerprint, alone.at("/choices/0/message/content").asString());
        }
        assertThat(versions).hasSize(VERSIONS);
        assertThat(answers.values()).doesNotHaveDuplicates();

        var moves = new CopyOnWriteArrayList<Move>();
        move(moves, 1);
        var stop = new AtomicBoolean();
        var asked = new ArrayList<Future<Integer>>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                asked.add(clients.submit(() -> {
                    int count = 0;
                    for (; !stop.get() || count == 0; count++) {
                        long before = System.nanoTime();
                        var answer = chat("swap@live");
                        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                        var body = json(answer);
                        var fingerprint = body.path("system_fingerprint").asString();
                        assertThat(current(moves, before, System.nanoTime())).contains(versions.get(fingerprint));
                        assertThat(body.at("/choices/0/message/content").asString())
                                .isEqualTo(answers.get(fingerprint));
                    }
                    return count;
                }));
            }
            // beside them those who ask for the base and for a version by its number notice nothing at all
            for (var steady : List.of(BASE, "swap@2")) {
                asked.add(clients.submit(() -> {
                    var first = json(chat(steady));
                    int count = 1;
                    for (; !stop.get(); count++) {
                        var body = json(chat(steady));
                        for (var same : List.of("/system_fingerprint", "/choices/0/message/content")) {
                            assertThat(body.at(same)).isEqualTo(first.at(same));
                        }
                    }
                    return count;
                }));
            }
            for (int i = 0; i < MOVES; i++) {
                Thread.sleep(100);
                move(moves, 1 + (i + 1) % VERSIONS);
            }
            stop.set(true);
            int total = 0;
            for (var count : asked) {
                total += count.get();
            }
            assertThat(total).isGreaterThanOrEqualTo(CLIENTS);
        }
        var history =
                json(api().get("/api/v1/adapters/swap/aliases/live/history")).path("data");
        assertThat(history).hasSize(MOVES + 1);
        assertThat(history.get(0).path("from_version").asInt())
                .isEqualTo(history.get(1).path("to_version").asInt());
    }

    /** Versions that were current at some time between the two moments; the last move may not be done yet. */
    private static List<Integer> current(List<Move> moves, long from, long to) {
        var current = new ArrayList<Integer>();
        for (int i = 0; i < moves.size(); i++) {
            boolean begun = moves.get(i).from() <= to;
            // a move counts as done only when the next one was asked for: the answer of a PUT follows its effect
            boolean over = i + 2 < moves.size() && moves.get(i + 2).from() < from;
            if (begun && !over) {
                current.add(moves.get(i).version());
            }
        }
        return current;
    }

    private void move(List<Move> moves, int version) throws Exception {
        moves.add(new Move(System.nanoTime(), version));
        var answer = api().send(
                        "PUT",
                        "/api/v1/adapters/swap/aliases/live",
                        BodyPublishers.ofString("{\"version\":" + version + "}"),
                        "Content-Type",
                        "application/json");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("ETag")).contains("\"" + version + "\"");
    }

    private HttpResponse<String> chat(String model) throws Exception {
        return api().post("/v1/chat/completions", """
                        {"model":"%s","messages":[{"role":"user","content":"A table for two, please."}],
                         "temperature":0,"max_tokens":8}""".formatted(model));
    }
}
