package dev.tenon.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TokenBytesTest {

    @Test
    void theBytesOfTheTokensAreTheText() {
        try (var tokenizer = Tokenizer.load(BaseModel.directory())) {
            var text = "{\"naïve\":\t\"日本 😀\", \"n\": -1.5e3}\n";
            var out = new ByteArrayOutputStream();
            for (int id : tokenizer.encode(text)) {
                out.writeBytes(tokenizer.bytes().of(id));
            }
            assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(text);
        }
    }

    @Test
    void everyByteHasATokenAndSpecialTokensHaveNone() {
        try (var tokenizer = Tokenizer.load(BaseModel.directory())) {
            var bytes = tokenizer.bytes();
            var single = new boolean[256];
            for (int i = 0; i < bytes.order().length; i++) {
                var own = bytes.of(bytes.order()[i]);
                if (own.length == 1) {
                    single[own[0] & 0xFF] = true;
                }
                int shared = bytes.shared()[i];
                if (i > 0) {
                    var before = bytes.of(bytes.order()[i - 1]);
                    assertThat(java.util.Arrays.compareUnsigned(before, own)).isLessThanOrEqualTo(0);
                    assertThat(java.util.Arrays.equals(before, 0, shared, own, 0, shared)).isTrue();
                    assertThat(shared == before.length || before[shared] != own[shared]).isTrue();
                }
            }
            assertThat(single).doesNotContain(false);
            assertThat(bytes.of(tokenizer.special().eosId())).isEmpty();
            assertThat(bytes.of(1 << 20)).isEmpty();
        }
    }
}
