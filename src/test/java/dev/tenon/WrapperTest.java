package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Regenerating the Maven wrapper drops our search for a JDK 25; this notices. */
class WrapperTest {
    @Test
    void theWrapperFindsItsJdkBeforeItStarts() throws Exception {
        var script = Files.readString(Path.of("mvnw"));
        assertThat(script.indexOf("JDK 25")).as("the prologue").isPositive().isLessThan(script.indexOf("set -euf"));
        assertThat(script).contains("/usr/lib/jvm", ".sdkman", "/opt");
    }
}
