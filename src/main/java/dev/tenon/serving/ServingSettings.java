package dev.tenon.serving;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The bounds of serving, under {@code tenon.serving}.
 *
 * @param lanes requests that generate at the same time; 0 chooses by the number of processors
 * @param queue requests that may wait for a lane; more are refused with a wait
 * @param baseMemory bytes of base models kept resident
 * @param adapterMemory bytes of adapters kept resident
 * @param defaultMaxTokens the longest answer to a chat that names no limit
 */
@ConfigurationProperties("tenon.serving")
record ServingSettings(
        @DefaultValue("0") int lanes,
        @DefaultValue("64") int queue,
        @DefaultValue("64GB") DataSize baseMemory,
        @DefaultValue("2GB") DataSize adapterMemory,
        @DefaultValue("4096") int defaultMaxTokens) {

    int laneCount() {
        return lanes > 0 ? lanes : Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 8);
    }
}
