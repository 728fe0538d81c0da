package dev.tenon.openai.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import dev.tenon.openai.wire.Body;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreateJobBodyTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            seed | "seed":-1
            seed | "seed":2147483648
            seed | "seed":"7"
            suffix | "suffix":""
            hyperparameters.n_epochs | "hyperparameters":{"n_epochs":0}
            hyperparameters.n_epochs | "hyperparameters":{"n_epochs":51}
            hyperparameters.n_epochs | "hyperparameters":{"n_epochs":2147483648}
            hyperparameters.n_epochs | "hyperparameters":{"n_epochs":"many"}
            hyperparameters.batch_size | "hyperparameters":{"batch_size":-1}
            hyperparameters.batch_size | "hyperparameters":{"batch_size":257}
            hyperparameters.learning_rate_multiplier | "hyperparameters":{"learning_rate_multiplier":0}
            hyperparameters.learning_rate_multiplier | "hyperparameters":{"learning_rate_multiplier":-1}
            hyperparameters.head_learning_rate | "hyperparameters":{"head_learning_rate":0}
            hyperparameters.head_learning_rate | "hyperparameters":{"head_learning_rate":2}
            hyperparameters.head_learning_rate | "hyperparameters":{"head_learning_rate":"fast"}
            method.type | "method":{"type":"dpo"}
            method.type | "method":{"type":"reinforcement"}
            method.type | "method":{"type":"magic"}
            method.type | "method":{}
            method.supervised.hyperparameters.n_epochs | "method":{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":0}}}
            metadata | "metadata":[]
            metadata.a | "metadata":{"a":1}
            adapter | "adapter":"lora"
            foo | "foo":1
            hyperparameters.learning_rate | "hyperparameters":{"learning_rate":1}
            hyperparameters.beta | "method":{"type":"supervised"},"hyperparameters":{"beta":1}
            method.dpo | "method":{"type":"supervised","dpo":{}}
            method.supervised.n_epochs | "method":{"type":"supervised","supervised":{"n_epochs":2}}
            method.supervised.hyperparameters.epochs | "method":{"type":"supervised","supervised":{"hyperparameters":{"epochs":2}}}
            integrations | "integrations":[{"type":"wandb","wandb":{"project":"x"}}]
            """)
    void refusesByName(String param, String field) {
        assertThatThrownBy(() -> CreateJobBody.read(body(field))).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(400);
            assertThat(problem.param()).isEqualTo(param);
        });
    }

    @Test
    void preferenceTuningSaysWhatIsSupported() {
        assertThatThrownBy(() -> CreateJobBody.read(body("\"method\":{\"type\":\"dpo\"}")))
                .hasMessageStartingWith("The method type 'dpo' is not supported; supported: 'supervised'.");
    }

    @ParameterizedTest
    @CsvSource({
        "learning_rate, learning_rate_multiplier",
        "epochs, n_epochs",
        "n_epoch, n_epochs",
        "batchsize, batch_size",
        "colour, "
    })
    void anUnknownNameIsToldTheNearest(String given, @Nullable String near) {
        assertThatThrownBy(() -> CreateJobBody.read(body("\"hyperparameters\":{\"%s\":1}".formatted(given))))
                .hasMessage(
                        "Unknown parameter: 'hyperparameters.%s'.%s Possible here: n_epochs, batch_size, learning_rate_multiplier, head_learning_rate."
                                .formatted(
                                        given,
                                        near == null ? "" : " Did you mean 'hyperparameters.%s'?".formatted(near)));
    }

    /** What an unmodified client may send, given or left out as null. */
    @Test
    void everyFieldOfTheProtocolIsTaken() throws IOException {
        var job = CreateJobBody.read(body("""
                "validation_file":"file-2","suffix":"s","seed":7,"metadata":{"a":"b"},"integrations":[],
                "hyperparameters":{"n_epochs":"auto","batch_size":"auto","learning_rate_multiplier":"auto"},
                "method":{"type":"supervised","dpo":null,"reinforcement":null}
                """));
        assertThat(job.suffix()).isEqualTo("s");
        assertThat(job.epochs()).isNull();
    }

    @Test
    void theMethodsNumbersWinOverTheOlderOnes() throws IOException {
        var job = CreateJobBody.read(body("""
                "hyperparameters":{"n_epochs":9},
                "method":{"type":"supervised","supervised":{"hyperparameters":
                    {"n_epochs":2,"batch_size":"auto","learning_rate_multiplier":1.5,
                     "head_learning_rate":0.004}}},
                "adapter":{"method":"lora","rank":8},"metadata":{"team":"a"},"validation_file":null
                """));
        assertThat(job.epochs()).isEqualTo(2);
        assertThat(job.batchSize()).isNull();
        assertThat(job.learningRateMultiplier()).isEqualTo(1.5);
        assertThat(job.headLearningRate()).isEqualTo(0.004);
        assertThat(job.adapter()).isEqualTo(Map.of("method", "lora", "rank", 8));
        assertThat(job.metadata()).isEqualTo(Map.of("team", "a"));
        assertThat(job.validationFile()).isNull();
    }

    @Test
    void twoOrdersOfTheSameKeysAreTheSameBody() throws IOException {
        assertThat(read("{\"a\":1,\"b\":{\"c\":[1,2],\"d\":null}}").canonical())
                .isEqualTo(read("{\"b\":{\"d\":null,\"c\":[1,2]},\"a\":1}").canonical())
                .isNotEqualTo(read("{\"b\":{\"d\":null,\"c\":[2,1]},\"a\":1}").canonical());
    }

    private static Body body(String field) throws IOException {
        return read("{\"model\":\"m\",\"training_file\":\"file-1\"," + field + "}");
    }

    private static Body read(String json) throws IOException {
        return Body.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), 1 << 20);
    }
}
