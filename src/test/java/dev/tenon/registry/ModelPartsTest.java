package dev.tenon.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Promise: a composition is read as it is written, and whatever is wrong is said of the part that has it. */
class ModelPartsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a | a | |
            a:0.5 | a | 0.5 |
            a@3:-2 | a@3 | -2 |
            a@prod:r4 | a@prod | | 4
            a:r4:.5 | a | 0.5 | 4
            a:.5:r4 | a | 0.5 | 4
            a:+1e+2 | a | 100 |
            a:1e-3 | a | 0.001 |
            ft:base:org:name:abcdefgh | ft:base:org:name:abcdefgh | |
            ft:base:org:name:abcdefgh:0.25 | ft:base:org:name:abcdefgh | 0.25 |
            ft:base:org:name:abcdefgh:ckpt-step-20:r2 | ft:base:org:name:abcdefgh:ckpt-step-20 | | 2
            """)
    void readsOnePart(String text, String name, Double weight, Integer rank) {
        for (var whole : new String[] {text, "base+" + text, text + "+other:0.1", "x:1e+1+" + text}) {
            assertThat(ModelParts.parse(whole).parts()).contains(new ModelParts.Part(text, name, weight, rank));
        }
        assertThat(ModelParts.parse("base+" + text + "+" + text).parts()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            base+ | part 2, ''
            +a | part 1, ''
            base++a | part 2, ''
            base+a:0.5+:0.5 | part 3, ':0.5'
            base+a: | part 2, 'a:'
            base+a:1e9 | part 2, 'a:1e9'
            base+a:1e999 | part 2, 'a:1e999'
            base+a:r0 | part 2, 'a:r0'
            base+a:r5000 | part 2, 'a:r5000'
            a+a+a+a+a+a+a+a+a+a+a+a+a+a+a+a+a | 16 parts
            """)
    void namesThePartThatIsWrong(String text, String where) {
        assertThatThrownBy(() -> ModelParts.parse(text)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.param()).isEqualTo("model");
            assertThat(problem.code()).isEqualTo("invalid_composition");
            assertThat(problem.message()).startsWith("'" + text + "'").contains(where);
        });
    }

    @Test
    void aLongNameIsNoTrouble() {
        assertThat(ModelParts.parse("a".repeat(512)).parts()).hasSize(1);
    }
}
