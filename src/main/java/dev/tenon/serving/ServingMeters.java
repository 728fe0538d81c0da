package dev.tenon.serving;

import dev.tenon.serving.engine.EngineListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** The meters of this process's engines: one set for each base model that was ever resident, which loading it anew goes on with. */
@Component
class ServingMeters {
    private final MeterRegistry registry;
    private final Map<String, EngineMeters> meters = new ConcurrentHashMap<>();

    ServingMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    EngineListener of(String baseModel) {
        return meters.computeIfAbsent(baseModel, name -> new EngineMeters(registry, name));
    }
}
