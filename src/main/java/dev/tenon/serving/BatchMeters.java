package dev.tenon.serving;

import dev.tenon.serving.engine.EngineListener;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** What is computed together on one base, as meters: how many requests, tokens and adapters, how long, after which wait. */
final class BatchMeters implements EngineListener {
    static final String PREFIX = "tenon.serving.";

    private final MeterRegistry registry;
    private final Tags tags;
    private final Timer queued;
    private final Timer step;
    private final DistributionSummary rows;
    private final DistributionSummary tokens;
    private final DistributionSummary adapters;

    BatchMeters(MeterRegistry registry, String baseModel) {
        this.registry = registry;
        this.tags = Tags.of("base_model", baseModel);
        queued = timer("queue", "How long requests waited before they ran");
        step = timer("step", "Steps of the engine, or passes of an encoder");
        rows = summary("batch.rows", "Requests that took part in a step");
        tokens = summary("batch.tokens", "Tokens of all requests in a step");
        adapters = summary("batch.adapters", "Different adapters among the requests of a step");
    }

    Timer timer(String name, String description) {
        return Timer.builder(PREFIX + name)
                .description(description)
                .tags(tags)
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofMinutes(2))
                .register(registry);
    }

    private DistributionSummary summary(String name, String description) {
        return DistributionSummary.builder(PREFIX + name)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    @Override
    public void admitted(Duration waited) {
        queued.record(waited);
    }

    @Override
    public void step(Duration took, int rows, int tokens, int adapters) {
        step.record(took);
        this.rows.record(rows);
        this.tokens.record(tokens);
        this.adapters.record(adapters);
    }
}
