package dev.tenon.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.text.ChatFormat;
import dev.tenon.text.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shipped model, with its tokenizer and template, gives the greedy answers of the reference implementation. */
class BaseModelTest {
    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = "=>", textBlock = """
            Hi, I would like to book a table for two at an Italian restaurant in San Jose. => Sure, what time would you like to book?<|im_end|>
            Can you find me a bus from Fresno to Los Angeles tomorrow? => Sure, I found 10 buses for you. One of them leaves at 6:40 am, has 0 transfers and costs $24.<|im_end|>
            """)
    void answersAsTheReferenceDoes(String question, String answer) {
        try (var scope = Scope.open();
                var format = ChatFormat.load(ShippedModel.DIRECTORY);
                var model = Models.load(ShippedModel.DIRECTORY, Device.cpu(), DType.F32)) {
            int end = Objects.requireNonNull(format.tokenizer().id("<|im_end|>"));
            int[] turn = format.prompt(List.of(ChatMessage.of("user", question)), null);
            var answered = greedy(model, IntStream.of(turn).asLongStream().toArray(), end);
            assertThat(format.tokenizer().decode(answered, false)).isEqualTo(answer);
        }
    }

    private static int[] greedy(CausalModel model, long[] prompt, int end) {
        var answer = new ArrayList<Integer>();
        try (var cache = model.cache(1, prompt.length + 64)) {
            long[] next = prompt;
            while (answer.size() < 64 && (answer.isEmpty() || answer.getLast() != end)) {
                try (var step = Scope.open()) {
                    long id = model.step(new int[] {0}, new long[][] {next}, cache, Hooks.NONE)
                            .argmax(-1)
                            .toLongs()[0];
                    answer.add((int) id);
                    next = LongStream.of(id).toArray();
                }
            }
        }
        return answer.stream().mapToInt(Integer::intValue).toArray();
    }
}
