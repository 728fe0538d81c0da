package dev.tenon.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Promise: every documented form of a model name means what it says. */
class ModelNameTest {

    @Test
    void readsEveryForm() {
        assertThat(ModelName.parse("support").latest()).isTrue();
        assertThat(ModelName.parse("support@latest").latest()).isTrue();
        assertThat(ModelName.parse("support@3").version()).isEqualTo(3);
        assertThat(ModelName.parse("support@production").selector()).isEqualTo("production");
        assertThat(ModelName.parse("support@production").version()).isNull();
        assertThat(ModelName.parse("ft:base:org:name:12345678").kind()).isEqualTo(ModelName.Kind.MINTED);
        assertThat(ModelName.parse("ft:base:org:name:12345678:ckpt-step-20").kind())
                .isEqualTo(ModelName.Kind.CHECKPOINT);
    }

    @Test
    void aNumberTooLargeForAVersionIsAnAliasThatNobodyHas() {
        assertThat(ModelName.parse("support@99999999999").version()).isNull();
    }
}
