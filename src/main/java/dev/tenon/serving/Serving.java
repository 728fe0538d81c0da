package dev.tenon.serving;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.Tenant;
import dev.tenon.model.Hooks;
import dev.tenon.registry.RegistryApi;
import dev.tenon.registry.ResolvedModel;
import jakarta.annotation.PreDestroy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;

/** {@link ServingApi} on lanes: each runs one request at a time, all share the resident weights. */
@Service
@OnRole(Role.SERVE)
@EnableConfigurationProperties(ServingSettings.class)
class Serving implements ServingApi {
    private static final int DIGEST_SHOWN = 10;

    private final RegistryApi registry;
    private final Residents residents;
    private final ServingSettings settings;
    private final Admission admission;
    private final ExecutorService lanes;

    Serving(RegistryApi registry, Residents residents, ServingSettings settings) {
        this.registry = registry;
        this.residents = residents;
        this.settings = settings;
        this.admission = new Admission(settings.laneCount() + settings.queue());
        // libtorch keeps settings per thread: lanes are platform threads that live as long as the process
        this.lanes = Executors.newFixedThreadPool(
                settings.laneCount(),
                Thread.ofPlatform().daemon().name("lane-", 1).factory());
    }

    @Override
    public Generation start(Tenant tenant, GenerationRequest request) {
        admission.enter();
        Deque<AutoCloseable> held = new ArrayDeque<>();
        held.push(admission::leave);
        try {
            var answer = prepare(tenant, request, held);
            lanes.execute(answer);
            return answer;
        } catch (RejectedExecutionException stopping) {
            release(held);
            throw Problem.unavailable("shutting_down", "The server is stopping.", 5);
        } catch (RuntimeException | Error e) {
            release(held);
            throw e;
        }
    }

    private Answer prepare(Tenant tenant, GenerationRequest request, Deque<AutoCloseable> held) {
        ResolvedModel resolved = registry.resolve(tenant, request.model());
        var base = residents.base(resolved.base());
        held.push(base);
        var resident = base.value();
        var version = resolved.version();
        Hooks hooks = Hooks.NONE;
        if (version != null) {
            var adapter = residents.adapter(tenant, version, resident);
            held.push(adapter);
            hooks = adapter.value().adapter().hooks();
        }
        var tokens = PromptTokens.of(
                request, resident.format(), resident.view().config().maxPositions(), settings.defaultMaxTokens());
        var seed = request.sampling().seed();
        long chosen = seed != null ? seed : ThreadLocalRandom.current().nextLong();
        var row = new Row(request.sampling(), chosen, resident.format(), tokens);
        var fingerprint = fingerprint(resolved.base().digest(), version == null ? null : version.blobDigest());
        return new Answer(resident.model(), hooks, tokens, row, fingerprint, () -> release(held));
    }

    private static void release(Deque<AutoCloseable> held) {
        while (!held.isEmpty()) {
            try {
                held.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("Could not give back what a request held", e);
            }
        }
    }

    private static String fingerprint(String base, @Nullable String adapter) {
        var shown = "fp_" + base.substring(0, Math.min(DIGEST_SHOWN, base.length()));
        return adapter == null ? shown : shown + "_" + adapter.substring(0, Math.min(DIGEST_SHOWN, adapter.length()));
    }

    @Override
    public List<DeploymentView> deployments(Tenant tenant) {
        return residents.views(tenant);
    }

    @PreDestroy
    void close() {
        lanes.shutdownNow();
    }
}
