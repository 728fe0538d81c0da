package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.method.Tuned;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import dev.tenon.model.EncoderConfig;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Models;
import dev.tenon.model.Quantisation;
import dev.tenon.registry.AdapterVersionView;
import dev.tenon.registry.RegistryApi;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.text.EncoderFormat;
import jakarta.annotation.PreDestroy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The encoders that this process holds, and their adapters with their heads, by the digest of their content. */
@Component
class Encoders {
    private static final Logger LOG = LoggerFactory.getLogger(Encoders.class);

    private final BaseModelApi bases;
    private final RegistryApi registry;
    private final Path engineCache;
    private final String device;
    private final ExecutorService loaders = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("encoder-loader-", 1).factory());
    private final LeasedCache<ResidentEncoder> models;
    private final LeasedCache<Tuned> tuned;

    Encoders(
            BaseModelApi bases,
            RegistryApi registry,
            ServingSettings settings,
            @Value("${tenon.home:${user.home}/.tenon}") Path home,
            @Value("${tenon.device:auto}") String device) {
        this.bases = bases;
        this.registry = registry;
        this.engineCache = home.resolve("cache").resolve("djl");
        this.device = device;
        this.models = new LeasedCache<>("encoder", settings.baseMemory().toBytes(), loaders);
        this.tuned = new LeasedCache<>("adapter", settings.adapterMemory().toBytes(), loaders);
    }

    /**
     * The encoder in memory, loaded if need be.
     *
     * @throws Problem 400 where the base is none
     */
    Lease<ResidentEncoder> base(BaseModelView view, @Nullable Quantisation form) {
        if (!(view.config() instanceof EncoderConfig)) {
            throw Problem.invalid(
                    "model",
                    "not_a_classifier",
                    "The base model '%s' writes text and tells no labels: use the chat or completions endpoint."
                            .formatted(view.name()));
        }
        var key = view.digest() + (form == null ? "" : "@" + form.label());
        return models.lease(key, Models.bytes(view.config(), DType.F32, form), () -> load(view, form));
    }

    private LeasedCache.Loaded<ResidentEncoder> load(BaseModelView view, @Nullable Quantisation form) {
        LOG.info("Loading the encoder {} {}", view.name(), form == null ? "" : "as " + form.label());
        Engine.start(engineCache, Runtime.getRuntime().availableProcessors(), LOG::info);
        Path folder = bases.materialise(view.name());
        var place = Device.parse(device);
        var type = Models.preferredType(place);
        var model = (EncoderModel) Models.open(folder, place, type, form);
        return new LeasedCache.Loaded<>(
                new ResidentEncoder(view, model, EncoderFormat.load(folder)),
                Models.bytes(view.config(), type, form),
                Instant.now());
    }

    /** An adapter and its head on an encoder that is held, loaded if need be. */
    Lease<Tuned> tuned(AdapterVersionView version, ResidentEncoder base) {
        return tuned.lease(version.blobDigest() + base.view().digest() + version.baseForm(), version.bytes(), () -> {
            var loaded = Tuned.load(base.model(), registry.materialise(version.id()));
            return new LeasedCache.Loaded<>(loaded, loaded.bytes(), Instant.now());
        });
    }

    @PreDestroy
    void close() {
        loaders.shutdownNow();
        tuned.clear(false);
        models.clear(false);
    }
}
