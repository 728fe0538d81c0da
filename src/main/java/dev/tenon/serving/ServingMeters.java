package dev.tenon.serving;

import dev.tenon.model.Quantisation;
import dev.tenon.serving.deployment.Residence;
import dev.tenon.serving.engine.EngineListener;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The meters of this process's engines: one set for each base model that was ever resident, which loading it anew goes on with. */
@Component
class ServingMeters {
    private final MeterRegistry registry;
    private final Map<String, EngineListener> meters = new ConcurrentHashMap<>();

    ServingMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Tells how many loads of adapters wait for their turn. */
    void loadsWaiting(IntSupplier count) {
        Gauge.builder("tenon.serving.adapter.loads.waiting", count, IntSupplier::getAsInt)
                .description("Adapters that wait to be loaded")
                .strongReference(true)
                .register(registry);
    }

    /** Something came into memory, from the registry or the catalogue, or could not. */
    void loaded(Residence.Kind kind, boolean ready) {
        registry.counter("tenon.serving.memory.loads", "kind", kind.wire(), "result", ready ? "ready" : "failed")
                .increment();
    }

    /** Something left memory. */
    void unloaded(Residence.Kind kind) {
        registry.counter("tenon.serving.memory.unloads", "kind", kind.wire()).increment();
    }

    /** The meters of a base, whose name says its format where its matrices are kept in fewer bits. */
    EngineListener of(String baseModel, @Nullable Quantisation form) {
        return meters.computeIfAbsent(tag(baseModel, form), name -> new EngineMeters(registry, name));
    }

    /** Those of an encoder, which knows passes but neither tokens one after the other nor pages. */
    EngineListener ofEncoder(String baseModel, @Nullable Quantisation form) {
        return meters.computeIfAbsent(tag(baseModel, form), name -> new BatchMeters(registry, name));
    }

    private static String tag(String baseModel, @Nullable Quantisation form) {
        return form == null ? baseModel : baseModel + "@" + form.format().name().toLowerCase(Locale.ROOT);
    }
}
