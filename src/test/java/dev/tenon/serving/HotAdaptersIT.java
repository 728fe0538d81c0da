package dev.tenon.serving;

import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenon.TenonIT;
import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.RandomLora;
import dev.tenon.openai.client.SavedAdapter;
import dev.tenon.openai.client.SignedIn;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Under steady load the adapter that most ask for is fused and given up again, and no answer shows it. */
@TenonIT(
        properties = {
            "tenon.serving.heat.fuse=true",
            "tenon.serving.heat.above=0.6",
            "tenon.serving.heat.below=0.4",
            "tenon.serving.heat.steady=1s",
            "tenon.serving.heat.half-life=2s",
            "tenon.serving.heat.rate=1"
        })
class HotAdaptersIT extends ApiTest {
    private static final int CLIENTS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path disk;

    private final Map<String, String> answers = new ConcurrentHashMap<>();

    @Test
    void heatFusesAndNoAnswerIsLostOrDifferent() throws Exception {
        load("pairs", RandomLora.write(disk.resolve("pairs"), 71));
        load("entries", SavedAdapter.write(disk.resolve("entries"), Map.of("method", "shira"), 72));
        load("routed", SavedAdapter.write(disk.resolve("routed"), Map.of("method", "bottleneck"), 73));
        for (var model : List.of("pairs", "entries", "routed", BASE)) {
            answers.put(model, text(chat(model)));
        }
        assertThat(answers.values()).doesNotHaveDuplicates();

        var wanted = new AtomicReference<>("pairs");
        var stop = new AtomicBoolean();
        var asked = new ArrayList<Future<Integer>>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                asked.add(clients.submit(() -> ask(wanted, stop)));
            }
            asked.add(clients.submit(() -> {
                for (int i = 0; !stop.get(); i++) {
                    assertThat(text(chat(BASE))).isEqualTo(answers.get(BASE));
                    Thread.sleep(500);
                }
                return 0;
            }));
            try {
                await().atMost(PATIENCE).until(() -> byHeat().equals(List.of("pairs@1")));
                assertThat(SignedIn.to(port).get("/deployments")).contains("fused by heat");
                wanted.set("entries");
                await().atMost(PATIENCE).until(() -> byHeat().equals(List.of("entries@1")));
                wanted.set("routed");
                await().atMost(PATIENCE).until(() -> events().contains("fuse_failed routed@1"));
                await().atMost(PATIENCE).until(() -> byHeat().isEmpty());
            } finally {
                stop.set(true);
            }
            for (var count : asked) {
                count.get();
            }
        }
        assertThat(events())
                .containsSubsequence("unfused entries@1", "fused entries@1", "unfused pairs@1", "fused pairs@1");
    }

    private int ask(AtomicReference<String> wanted, AtomicBoolean stop) throws Exception {
        int count = 0;
        for (; !stop.get(); count++) {
            var model = wanted.get();
            assertThat(text(chat(model))).as(model).isEqualTo(answers.get(model));
        }
        return count;
    }

    private List<String> byHeat() throws Exception {
        return json(api().get("/api/v1/deployments"))
                .path("data")
                .valueStream()
                .filter(it -> it.path("by_heat").asBoolean())
                .map(it -> it.path("name").asString())
                .toList();
    }

    /** Newest first. */
    private List<String> events() throws Exception {
        return json(api().get("/api/v1/deployments/events?limit=500"))
                .path("data")
                .valueStream()
                .map(event -> event.path("type").asString() + " "
                        + event.path("model").asString())
                .toList();
    }

    private void load(String name, Path folder) throws Exception {
        var loaded = api().post(
                        "/v1/load_lora_adapter", "{\"lora_name\":\"%s\",\"lora_path\":\"%s\"}".formatted(name, folder));
        assertThat(loaded.statusCode()).as(loaded.body()).isEqualTo(200);
    }

    private static String text(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).at("/choices/0/message/content").asString();
    }

    private HttpResponse<String> chat(String model) throws Exception {
        return api().post("/v1/chat/completions", """
                        {"model":"%s","messages":[{"role":"user","content":"A table for two, please."}],
                         "temperature":0,"max_tokens":24}""".formatted(model));
    }
}
