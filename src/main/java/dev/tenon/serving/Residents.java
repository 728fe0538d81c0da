package dev.tenon.serving;

import dev.tenon.identity.Tenant;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import dev.tenon.model.Models;
import dev.tenon.model.Quantisation;
import dev.tenon.serving.engine.Batcher;
import dev.tenon.serving.engine.EngineListener;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.text.ChatFormat;
import jakarta.annotation.PreDestroy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
    private final ExecutorService loaders = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("loader-", 1).factory());
    private final LeasedCache<ResidentModel> models;
    private final LeasedCache<ResidentAdapter> adapters;

    Residents(
            BaseModelApi bases,
            AdapterLoader loader,
            ServingSettings settings,
            @Value("${tenon.home:${user.home}/.tenon}") Path home,
            @Value("${tenon.device:auto}") String deviceName) {
        this.bases = bases;
        this.loader = loader;
        this.settings = settings;
        this.engineCache = home.resolve("cache").resolve("djl");
        this.deviceName = deviceName;
        this.models = new LeasedCache<>("base model", settings.baseMemory().toBytes(), loaders);
        this.adapters = new LeasedCache<>("adapter", settings.adapterMemory().toBytes(), loaders);
    }

    /** The base in memory, loaded if need be. */
    Lease<ResidentModel> base(BaseModelView view, @Nullable Quantisation form) {
        var key = view.digest() + (form == null ? "" : "@" + form.label());
        return models.lease(key, Models.bytes(view.config(), DType.F32, form), () -> load(view, form));
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
                        new Batcher(model, settings.engine(), EngineListener.NONE, view.name())),
                Models.bytes(view.config(), type, form),
                Instant.now());
    }

    /** The adapter in memory on a base that is held, loaded if need be. */
    Lease<ResidentAdapter> adapter(Tenant tenant, Composition composition, ResidentModel base) {
        var key = composition.digest() + base.digest();
        var lease = adapters.lease(key, composition.bytes(), () -> load(key, composition, base));
        lease.value().owners().add(tenant.orgId());
        return lease;
    }

    private LeasedCache.Loaded<ResidentAdapter> load(String key, Composition composition, ResidentModel base) {
        var adapter = loader.load(base.model(), composition, key);
        var resident = new ResidentAdapter(composition, base.view().name(), adapter, ConcurrentHashMap.newKeySet());
        return new LeasedCache.Loaded<>(resident, adapter.bytes(), Instant.now());
    }

    List<DeploymentView> views(Tenant tenant) {
        var views = new ArrayList<DeploymentView>();
        for (var residence : models.residents()) {
            var base = residence.value();
            if (base != null) {
                views.add(view("base", base.name(), base.view().name(), residence));
            }
        }
        for (var residence : adapters.residents()) {
            var adapter = residence.value();
            if (adapter != null && adapter.owners().contains(tenant.orgId())) {
                views.add(view(adapter.kind(), adapter.composition().name(), adapter.baseModel(), residence));
            }
        }
        return views;
    }

    private DeploymentView view(String kind, String name, String base, LeasedCache.Residence<?> residence) {
        var since = residence.since() == null ? Instant.now() : residence.since();
        return new DeploymentView(
                kind, name, base, residence.key(), "ready", deviceName, residence.bytes(), residence.leases(), since);
    }

    @PreDestroy
    void close() {
        loaders.shutdownNow();
        adapters.clear(false);
        models.clear(false);
    }
}
