package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.serving.deployment.EventLog;
import dev.tenon.serving.deployment.Residence.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class ResidencyTest {
    private static final Subject SUBJECT = Subject.of("key", Kind.ADAPTER, "digest", "base", "org", "support@2");
    private final Residency residency = new Residency(new EventLog(), new ServingMeters(new SimpleMeterRegistry()));

    @Test
    void aLoadThatBrokeIsToldWithoutJavaAndTheServersFolders() {
        residency.failed(
                SUBJECT, new UncheckedIOException(new NoSuchFileException("/srv/tenon/cache/adapter_config.json")));
        assertThat(residency.failures())
                .extracting(dev.tenon.serving.deployment.Residence::reason)
                .containsExactly("It failed inside: the file 'adapter_config.json' is missing.");
    }
}
