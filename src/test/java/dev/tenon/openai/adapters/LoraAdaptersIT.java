package dev.tenon.openai.adapters;

import static dev.tenon.openai.client.ApiClient.error;
import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.RandomLora;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What vLLM's clients send to load, list and unload an adapter, and what they expect back. */
class LoraAdaptersIT extends ApiTest {
    @TempDir
    Path disk;

    @Test
    void loadsListsServesAndUnloads() throws Exception {
        var folder = RandomLora.write(disk.resolve("one"), 1);
        Files.writeString(folder.resolve("training_args.bin"), "left behind by a trainer");
        var loaded = load("side", folder.toString(), "");
        assertThat(loaded.statusCode()).as(loaded.body()).isEqualTo(200);
        assertThat(loaded.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        assertThat(loaded.body()).isEqualTo("Success: LoRA adapter 'side' added successfully.");
        var model = json(api().get("/v1/models/side"));
        assertThat(model.path("parent").asString()).isEqualTo(BASE);
        assertThat(model.path("root").asString()).startsWith("ft:" + BASE);
        assertThat(model.path("max_model_len").asInt()).isEqualTo(1024);
        assertThat(model.at("/permission/0/object").asString()).isEqualTo("model_permission");
        assertThat(model.at("/permission/0/allow_sampling").asBoolean()).isTrue();
        assertThat(json(api().get("/v1/models/" + BASE)).path("max_model_len").asInt())
                .isEqualTo(1024);
        assertThat(answer("side")).isNotEqualTo(answer(BASE));

        var again = load("side", folder.toString(), "");
        assertThat(again.statusCode()).isEqualTo(400);
        assertThat(error(again).path("type").asString()).isEqualTo("InvalidUserInput");
        assertThat(load("side", RandomLora.write(disk.resolve("two"), 2).toString(), ",\"load_inplace\":true")
                        .statusCode())
                .isEqualTo(200);
        assertThat(answer("side@1")).isNotEqualTo(answer("side"));

        var gone = api().post("/v1/unload_lora_adapter", "{\"lora_name\":\"side\"}");
        assertThat(gone.body()).isEqualTo("Success: LoRA adapter 'side' removed successfully.");
        assertThat(api().get("/v1/models/side").statusCode()).isEqualTo(404);
        var absent = api().post("/v1/unload_lora_adapter", "{\"lora_name\":\"side\"}");
        assertThat(absent.statusCode()).isEqualTo(404);
        assertThat(error(absent).path("type").asString()).isEqualTo("NotFoundError");
    }

    @Test
    void refusesWhatIsMissingOrNoAdapter() throws Exception {
        assertThat(api().post("/v1/load_lora_adapter", "{\"lora_name\":\"x\"}").statusCode())
                .isEqualTo(400);
        for (var path : new String[] {"relative", "/no/such/folder", disk.toString()}) {
            assertThat(refused(400, load("x", path, ""))).as(path).isEqualTo("lora_path");
        }
        assertThat(error(load("x", disk.toString(), "")).path("message").asString())
                .contains("The folder '" + disk + "' holds no 'adapter_config.json'");
        var good = RandomLora.write(disk.resolve("good"), 4).toString();
        assertThat(refused(400, load("no name", good, ""))).isEqualTo("lora_name");
        assertThat(refused(404, load("x", good, ",\"base_model\":\"nobody\""))).isEqualTo("base_model");
        var elsewhere = RandomLora.write(disk.resolve("elsewhere"), 5);
        var named = elsewhere.resolve("adapter_config.json");
        Files.writeString(named, Files.readString(named).replace(BASE, "someone/else"));
        var unknown = load("x", elsewhere.toString(), "");
        assertThat(refused(404, unknown)).isEqualTo("base_model");
        assertThat(error(unknown).path("message").asString()).contains("someone/else", "pass 'base_model'");
        var idle = RandomLora.write(disk.resolve("idle"), 6, 0);
        assertThat(refused(400, load("x", idle.toString(), ""))).isEqualTo("lora_path");
        // an adapter for other layers loads no module: it may not stay behind
        var folder = RandomLora.write(disk.resolve("odd"), 3);
        var config = folder.resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"r\": 2", "\"r\": 3"));
        assertThat(refused(400, load("odd", folder.toString(), ""))).isEqualTo("lora_path");
        assertThat(api().get("/v1/models/odd").statusCode()).isEqualTo(404);
    }

    /** The field that a refusal names. */
    private static String refused(int status, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return error(answer).path("param").asString();
    }

    private String answer(String model) throws Exception {
        return json(post(model)).at("/choices/0/message/content").asString();
    }

    private HttpResponse<String> post(String model) throws Exception {
        return api().post("/v1/chat/completions", """
                        {"model":"%s","messages":[{"role":"user","content":"Hi, a table for two."}],"temperature":0,
                         "max_tokens":12}""".formatted(model));
    }

    private HttpResponse<String> load(String name, String path, String more) throws Exception {
        return api().post(
                        "/v1/load_lora_adapter",
                        "{\"lora_name\":\"%s\",\"lora_path\":\"%s\"%s}".formatted(name, path, more));
    }
}
