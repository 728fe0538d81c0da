package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import dev.tenon.model.EncoderConfig;
import dev.tenon.model.Models;
import dev.tenon.model.Quantisation;
import dev.tenon.serving.deployment.Residence;
import dev.tenon.serving.deployment.Residence.Kind;
import dev.tenon.serving.engine.Batcher;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.text.ChatFormat;
import jakarta.annotation.PreDestroy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** What this process holds in memory: base models and adapters by the digest of their content. */
@Component
class Residents {
    private static final Logger LOG = LoggerFactory.getLogger(Residents.class);

    private final BaseModelApi bases;
    private final AdapterLoader loader;
    private final Path engineCache;
    private final String deviceName;
    private final ServingSettings settings;
    private final ServingMeters meters;
    private final Residency residency;
    private final ExecutorService baseLoaders = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("base-loader-", 1).factory());
    private final LoadTurns adapterLoaders;
    private final LeasedCache<ResidentModel> models;
    private final LeasedCache<ResidentAdapter> adapters;

    Residents(
            BaseModelApi bases,
            AdapterLoader loader,
            ServingSettings settings,
            ServingMeters meters,
            Residency residency,
            @Value("${tenon.home:${user.home}/.tenon}") Path home,
            @Value("${tenon.device:auto}") String deviceName) {
        this.bases = bases;
        this.loader = loader;
        this.settings = settings;
        this.meters = meters;
        this.residency = residency;
        this.engineCache = home.resolve("cache").resolve("djl");
        this.deviceName = deviceName;
        this.adapterLoaders = new LoadTurns("adapter-loader", settings.loaders(), settings.loadsWaiting());
        meters.loadsWaiting(adapterLoaders::size);
        this.models = new LeasedCache<>(
                Budget.bases("base model", settings), (subject, load, asker) -> atOnce(load), residency);
        this.adapters = new LeasedCache<>(Budget.adapters(settings), adapterLoaders, residency);
    }

    /**
     * The base in memory, loaded if need be.
     *
     * @throws Problem 400 where it writes no text
     */
    Lease<ResidentModel> base(BaseModelView view, @Nullable Quantisation form, Asker asker) {
        if (view.config() instanceof EncoderConfig) {
            throw Problem.invalid(
                    "model",
                    "not_generative",
                    "The base model '%s' tells labels and writes no text: use POST /api/v1/classify."
                            .formatted(view.name()));
        }
        long estimate = Models.bytes(view.config(), DType.F32, form);
        return models.lease(Subject.base(Kind.BASE, view, form), estimate, asker, reservation -> load(view, form));
    }

    private Loaders.Turn atOnce(Loaders.Load load) {
        baseLoaders.execute(load);
        return Loaders.NONE;
    }

    private LeasedCache.Loaded<ResidentModel> load(BaseModelView view, @Nullable Quantisation form) {
        LOG.info("Loading the base model {} {}", view.name(), form == null ? "" : "as " + form.label());
        Engine.start(engineCache, Runtime.getRuntime().availableProcessors(), LOG::info);
        Path folder = bases.materialise(view.name());
        var device = Device.parse(deviceName);
        var type = Models.preferredType(device);
        var model = Models.load(folder, device, type, form);
        return new LeasedCache.Loaded<>(
                new ResidentModel(
                        view,
                        model,
                        ChatFormat.load(folder),
                        new Batcher(model, settings.engine(), meters.of(view.name(), form), view.name()),
                        Verification.of(model)),
                Models.bytes(view.config(), type, form),
                Instant.now());
    }

    /** The adapters in memory on a base that is held, fused where somebody wishes so, loaded and verified if need be. */
    Lease<ResidentAdapter> adapter(Tenant tenant, Composition composition, ResidentModel base, Asker asker) {
        var fused = adapters.pinned(subject(tenant, composition, base, Kind.FUSED));
        if (fused != null) {
            return fused;
        }
        var subject = subject(tenant, composition, base, composition.isPlain() ? Kind.ADAPTER : Kind.COMPOSITION);
        if (asker.request()) {
            residency.requireNotFailed(subject);
        }
        return adapters.lease(
                subject,
                composition.bytes(),
                asker,
                reservation -> load(subject.key(), composition, base, reservation));
    }

    /**
     * The same folded into copies of what it changes.
     *
     * @param most bytes that the copies may take
     */
    Lease<ResidentAdapter> fused(Tenant tenant, Composition composition, ResidentModel base, long most) {
        var subject = subject(tenant, composition, base, Kind.FUSED);
        return adapters.lease(subject, composition.bytes(), Asker.WISH, reservation -> {
            var adapter = loader.fused(base, composition, subject.key(), bytes -> {
                requireWithin(most, bytes);
                reservation.resize(bytes);
            });
            return new LeasedCache.Loaded<>(new ResidentAdapter(adapter), adapter.bytes(), Instant.now());
        });
    }

    private static void requireWithin(long most, long bytes) {
        if (bytes > most) {
            throw Problem.unavailable(
                    "copies_too_large", "The copies need %d bytes; %d are left for such.".formatted(bytes, most), 60);
        }
    }

    /** Nobody wishes it any more: its copies go as soon as no request computes with them. */
    void forgetFused(Composition composition, ResidentModel base) {
        adapters.forget(key(composition, base, Kind.FUSED));
    }

    private static String key(Composition composition, ResidentModel base, Kind kind) {
        var content = composition.digest() + base.digest();
        return kind == Kind.FUSED ? content + " fused" : content;
    }

    private static Subject subject(Tenant tenant, Composition composition, ResidentModel base, Kind kind) {
        return Subject.of(
                key(composition, base, kind),
                kind,
                composition.digest(),
                composition.parts().getFirst().version().baseModel(),
                tenant.orgId(),
                composition.name());
    }

    private LeasedCache.Loaded<ResidentAdapter> load(
            String key, Composition composition, ResidentModel base, LeasedCache.Reservation reservation) {
        var adapter = loader.load(base, composition, key, reservation);
        return new LeasedCache.Loaded<>(new ResidentAdapter(adapter), adapter.bytes(), Instant.now());
    }

    Stream<Residence> residences() {
        return Stream.concat(models.residents().stream(), adapters.residents().stream())
                .flatMap(LeasedCache.Residence::told);
    }

    long adapterBytes() {
        return adapters.usedBytes();
    }

    long pinnedBytes() {
        return adapters.pinnedBytes();
    }

    /** How often an adapter found no room because all memory was in use. */
    long refusals() {
        return adapters.refusals();
    }

    @PreDestroy
    void close() {
        baseLoaders.shutdownNow();
        adapterLoaders.close();
        adapters.clear(false);
        models.clear(false);
    }
}
