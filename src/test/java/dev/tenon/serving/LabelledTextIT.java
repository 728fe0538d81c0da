package dev.tenon.serving;

import static dev.tenon.openai.client.ApiClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiTest;
import dev.tenon.openai.client.ImportedAdapter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Texts to label that are out of the ordinary. */
class LabelledTextIT extends ApiTest {
    private static final String ENCODER = "tenon-encoder-4m";

    @TempDir
    Path disk;

    private void add(String name, Map<String, Object> settings, long seed) throws Exception {
        var folder = ImportedAdapter.write(disk.resolve(name), ENCODER, settings, seed, "yes", "no");
        var sent = ImportedAdapter.send(api(), name, folder);
        assertThat(sent.statusCode()).as(sent.body()).isEqualTo(200);
    }

    /** Virtual tokens take places of the text's, as the model has no more. */
    @Test
    void aTextOfAnyLengthFitsBesideVirtualTokens() throws Exception {
        add("long-plain", Map.of("method", "lora", "rank", 1), 51);
        add("long-prompted", Map.of("method", "prompttuning", "num_virtual_tokens", 6), 52);
        String text = "one two three ".repeat(2000);
        int plain = tokens("long-plain", text);
        assertThat(tokens("long-prompted", text)).isEqualTo(plain - 6);
    }

    private int tokens(String model, String text) throws Exception {
        var answer = api().post("/api/v1/classify", "{\"model\":\"%s\",\"input\":\"%s\"}".formatted(model, text));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(json(answer).at("/data/0/truncated").asBoolean()).isTrue();
        return json(answer).at("/usage/total_tokens").asInt();
    }
}
