package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.method.Tuned;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import dev.tenon.model.EncoderConfig;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Models;
import dev.tenon.model.Quantisation;
import dev.tenon.registry.RegistryApi;
import dev.tenon.registry.ResolvedModel;
import dev.tenon.serving.deployment.Residence;
import dev.tenon.serving.deployment.Residence.Kind;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.text.EncoderFormat;
import jakarta.annotation.PreDestroy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
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
    private final Residency residency;
    private final ServingMeters meters;
    private final ExecutorService loaders = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("encoder-loader-", 1).factory());
    private final LoadTurns tunedLoaders;
    private final LeasedCache<ResidentEncoder> models;
    private final LeasedCache<ResidentTuned> tuned;

    Encoders(
            BaseModelApi bases,
            RegistryApi registry,
            ServingSettings settings,
            Residency residency,
            ServingMeters meters,
            @Value("${tenon.home:${user.home}/.tenon}") Path home,
            @Value("${tenon.device:auto}") String device) {
        this.bases = bases;
        this.registry = registry;
        this.engineCache = home.resolve("cache").resolve("djl");
        this.device = device;
        this.residency = residency;
        this.meters = meters;
        this.tunedLoaders = new LoadTurns("encoder-adapter-loader", settings.loaders(), settings.loadsWaiting());
        this.models =
                new LeasedCache<>(Budget.bases("encoder", settings), (subject, load, asker) -> atOnce(load), residency);
        this.tuned = new LeasedCache<>(Budget.adapters(settings), tunedLoaders, residency);
    }

    /**
     * The encoder in memory, loaded if need be.
     *
     * @throws Problem 400 where the base is none
     */
    Lease<ResidentEncoder> base(BaseModelView view, @Nullable Quantisation form, Asker asker) {
        if (!(view.config() instanceof EncoderConfig)) {
            throw Problem.invalid(
                    "model",
                    "not_a_classifier",
                    "The base model '%s' writes text and tells no labels: use the chat or completions endpoint."
                            .formatted(view.name()));
        }
        long estimate = Models.bytes(view.config(), DType.F32, form);
        return models.lease(Subject.base(Kind.ENCODER, view, form), estimate, asker, reservation -> load(view, form));
    }

    private Loaders.Turn atOnce(Loaders.Load load) {
        loaders.execute(load);
        return Loaders.NONE;
    }

    private LeasedCache.Loaded<ResidentEncoder> load(BaseModelView view, @Nullable Quantisation form) {
        LOG.info("Loading the encoder {} {}", view.name(), form == null ? "" : "as " + form.label());
        Engine.start(engineCache, Runtime.getRuntime().availableProcessors(), LOG::info);
        Path folder = bases.materialise(view.name());
        var place = Device.parse(device);
        var type = Models.preferredType(place);
        var model = (EncoderModel) Models.open(folder, place, type, form);
        return new LeasedCache.Loaded<>(
                new ResidentEncoder(
                        view,
                        model,
                        EncoderFormat.load(folder),
                        Verification.of(model),
                        meters.ofEncoder(view.name(), form)),
                Models.bytes(view.config(), type, form),
                Instant.now());
    }

    /**
     * An adapter and its head on an encoder that is held, loaded, cut to its rank and verified if need be.
     *
     * @throws Problem 400 naming the ranks that are possible
     */
    Lease<ResidentTuned> tuned(Tenant tenant, ResolvedModel.Part part, ResidentEncoder base, Asker asker) {
        var only = new Composition(List.of(part));
        var subject = Subject.of(
                only.digest() + base.view().digest() + part.version().baseForm(),
                Kind.ENCODER_ADAPTER,
                only.digest(),
                part.version().baseModel(),
                tenant.orgId(),
                only.name());
        if (asker.request()) {
            residency.requireNotFailed(subject);
        }
        return tuned.lease(subject, only.bytes(), asker, reservation -> load(part, base, reservation));
    }

    private LeasedCache.Loaded<ResidentTuned> load(
            ResolvedModel.Part part, ResidentEncoder base, LeasedCache.Reservation reservation) {
        var folder = registry.materialise(part.version().id());
        reservation.resize(AdapterBytes.of(folder));
        var loaded = AdapterLoader.cut(Tuned.load(base.model(), folder), part);
        try {
            base.verification()
                    .require(loaded.adapter().hooks(), !part.version().proof().isEmpty());
        } catch (RuntimeException unfit) {
            loaded.close();
            throw unfit;
        }
        return new LeasedCache.Loaded<>(ResidentTuned.of(loaded), loaded.bytes(), Instant.now());
    }

    Stream<Residence> residences() {
        return Stream.concat(models.residents().stream(), tuned.residents().stream())
                .flatMap(LeasedCache.Residence::told);
    }

    long adapterBytes() {
        return tuned.usedBytes();
    }

    long pinnedBytes() {
        return tuned.pinnedBytes();
    }

    @PreDestroy
    void close() {
        loaders.shutdownNow();
        tunedLoaders.close();
        tuned.clear(false);
        models.clear(false);
    }
}
