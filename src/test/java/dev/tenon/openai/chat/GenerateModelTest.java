package dev.tenon.openai.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.openai.wire.Body;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which model a request in LoRAX's words means. */
class GenerateModelTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {} | the-base
            {"adapter_id":null} | the-base
            {"adapter_id":""} | the-base
            {"adapter_id":"a"} | a
            {"adapter_id":"a/3"} | a@3
            {"adapter_id":"a@production"} | a@production
            {"adapter_id":"a:0.5+b@2:0.5"} | a:0.5+b@2:0.5
            {"adapter_id":"ft:base/3"} | ft:base/3
            {"merged_adapters":{"ids":["a","b/2"],"weights":[0.7,-1]}} | a:0.7+b@2:-1.0
            """)
    void isNamed(String parameters, String model) throws IOException {
        assertThat(read(parameters)).isEqualTo(model);
    }

    @Test
    void theOneBaseAnswersWhereNoneIsNamed() {
        assertThat(GenerateModel.only(List.of("small"))).isEqualTo("small");
        assertThatThrownBy(() -> GenerateModel.only(List.of("small", "large")))
                .hasMessageContaining("'parameters.adapter_id'")
                .hasMessageContaining("small, large");
        assertThatThrownBy(() -> GenerateModel.only(List.of())).hasMessageContaining("no base model");
    }

    private static String read(String json) throws IOException {
        var bytes = new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
        return GenerateModel.read(Body.read(bytes, 1000), () -> "the-base");
    }
}
