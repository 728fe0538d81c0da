package dev.tenon.serving.deployment;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How replicas follow what is wished, under {@code tenon.serving}.
 *
 * @param reconcile between two looks at the wishes, which are also heartbeats; news is followed at once where PostgreSQL's
 *     notifications arrive
 */
@ConfigurationProperties("tenon.serving")
record DeploymentSettings(@DefaultValue("2s") Duration reconcile) {
    private static final Duration LEAST_SILENCE = Duration.ofSeconds(15);
    private static final int MISSED = 5;

    /** So long a replica may be silent before it counts as dead. */
    Duration silence() {
        var missed = reconcile.multipliedBy(MISSED);
        return missed.compareTo(LEAST_SILENCE) > 0 ? missed : LEAST_SILENCE;
    }
}
