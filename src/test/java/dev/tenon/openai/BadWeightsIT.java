package dev.tenon.openai;

import static dev.tenon.openai.client.ApiClient.error;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.RandomLora;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that are not what they say they are, over HTTP, each with the exact answer; none of them stays behind. */
class BadWeightsIT extends ApiTest {
    private static final Path SHIPPED = Path.of("src/main/resources/models/tenon-base-7m");
    private static final byte[] PICKLE = {(byte) 0x80, 4, (byte) 0x95, 1, 2, 3, 4, 5, 6, 7, 8, '}', '.'};

    @TempDir
    Path disk;

    @Test
    void aModelDirectoryWithAMissingShard() throws Exception {
        var folder = model();
        Files.move(folder.resolve("model.safetensors"), folder.resolve("model-00001-of-00002.safetensors"));
        Files.writeString(folder.resolve("model.safetensors.index.json"), """
                {"weight_map": {"model.norm.weight": "model-00001-of-00002.safetensors",
                 "model.embed_tokens.weight": "model-00002-of-00002.safetensors"}}""");
        refused(
                imported("half", folder),
                "file",
                "missing_shard",
                "The shard 'model-00002-of-00002.safetensors' named in 'model.safetensors.index.json' is missing."
                        + " Upload it with the others.");
        gone("half");
    }

    @Test
    void aModelWhoseSafetensorsIsAPickle() throws Exception {
        var folder = model();
        Files.write(folder.resolve("model.safetensors"), PICKLE);
        refused(
                imported("pickled", folder),
                "file",
                "invalid_safetensors",
                "'model.safetensors' is not a valid safetensors file: it is a Python pickle, whatever its name says."
                        + " Save the weights with safetensors.");
        gone("pickled");
    }

    @Test
    void anAdapterWhoseSafetensorsIsAPickle() throws Exception {
        var folder = RandomLora.write(disk.resolve("adapter"), 1);
        Files.write(folder.resolve("adapter_model.safetensors"), PICKLE);
        var answer = api().post(
                        "/v1/load_lora_adapter",
                        "{\"lora_name\": \"pickled\", \"lora_path\": \"%s\"}".formatted(folder));
        refused(
                answer,
                "lora_path",
                "unsafe_file",
                "'adapter_model.safetensors' is a pickle or an archive, which can run code when it is read."
                        + " Save the adapter as safetensors.");
        assertThat(api().get("/v1/models/pickled").statusCode()).isEqualTo(404);
    }

    private Path model() throws IOException {
        var folder = Files.createDirectories(disk.resolve("model"));
        try (Stream<Path> files = Files.list(SHIPPED)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        return folder;
    }

    private HttpResponse<String> imported(String name, Path directory) throws Exception {
        var form =
                "name=%s&directory=%s".formatted(name, URLEncoder.encode(directory.toString(), StandardCharsets.UTF_8));
        return api().send(
                        "POST",
                        "/api/v1/base-models",
                        BodyPublishers.ofString(form),
                        "Content-Type",
                        "application/x-www-form-urlencoded");
    }

    private void gone(String name) throws Exception {
        assertThat(api().get("/api/v1/base-models/" + name).statusCode()).isEqualTo(404);
    }

    private static void refused(HttpResponse<String> answer, String param, String code, String message) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(error(answer).path("param").asString()).isEqualTo(param);
        assertThat(error(answer).path("code").asString()).isEqualTo(code);
        assertThat(error(answer).path("message").asString()).isEqualTo(message);
    }
}
