package dev.tenon.openai.chat;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How answers are streamed, under {@code tenon.streams}.
 *
 * @param ping so long a stream is silent before a comment is sent, which keeps proxies and clients waiting; at least 10 ms
 */
@ConfigurationProperties("tenon.streams")
record StreamSettings(@DefaultValue("10s") Duration ping) {
    StreamSettings {
        if (ping.toMillis() < 10) {
            throw new IllegalArgumentException("tenon.streams.ping is %s; name at least 10ms.".formatted(ping));
        }
    }
}
