package dev.tenon.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenon.TenonIT;
import dev.tenon.openai.client.ApiClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.util.ReflectionTestUtils;

/** Refusals are rehearsed over HTTP, by nobody, and counted apart from those of real callers. */
@TenonIT(properties = "tenon.rehearsals=3")
class RehearsalIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @LocalServerPort
    int port;

    @Autowired
    Rehearsal rehearsal;

    @Autowired
    MeterRegistry meters;

    @Test
    void itIsRefusedCountedApartAndItsKeyOpensNothing() throws Exception {
        await().atMost(PATIENCE).until(() -> rehearsal.refused() == 3);
        var secret = (String) ReflectionTestUtils.getField(rehearsal, "secret");
        assertThat(secret).isNotNull();
        assertThat(ApiClient.of(port, secret).get("/v1/models").statusCode()).isEqualTo(401);
        assertThat(meters.find(RehearsalMeters.REAL).tag("status", "503").timers())
                .isEmpty();
        assertThat(meters.get(RehearsalMeters.REHEARSED)
                        .tag("status", "503")
                        .timer()
                        .count())
                .isEqualTo(3);
    }
}
