package dev.tenon.serving;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.Tenant;
import dev.tenon.registry.RegistryApi;
import dev.tenon.registry.ResolvedModel;
import dev.tenon.serving.engine.EngineAdapter;
import dev.tenon.serving.engine.EngineRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;

/** {@link ServingApi} on engines: one for each resident base model, which runs the requests of all its adapters together. */
@Service
@OnRole(Role.SERVE)
@EnableConfigurationProperties(ServingSettings.class)
class Serving implements ServingApi {
    private static final int DIGEST_SHOWN = 10;

    private final RegistryApi registry;
    private final Residents residents;
    private final ServingSettings settings;
    private final Admission admission;

    Serving(RegistryApi registry, Residents residents, ServingSettings settings) {
        this.registry = registry;
        this.residents = residents;
        this.settings = settings;
        this.admission = new Admission(settings.rows() + settings.queue());
    }

    @Override
    public Generation start(Tenant tenant, GenerationRequest request) {
        admission.enter();
        Deque<AutoCloseable> held = new ArrayDeque<>();
        held.push(admission::leave);
        try {
            return begin(tenant, request, held);
        } catch (RuntimeException | Error e) {
            release(held);
            throw e;
        }
    }

    private Answer begin(Tenant tenant, GenerationRequest request, Deque<AutoCloseable> held) {
        ResolvedModel resolved = registry.resolve(tenant, request.model());
        var base = residents.base(resolved.base());
        held.push(base);
        var resident = base.value();
        var version = resolved.version();
        var adapter = EngineAdapter.NONE;
        if (version != null) {
            var lease = residents.adapter(tenant, version, resident);
            held.push(lease);
            adapter = lease.value().adapter();
        }
        var tokens = PromptTokens.of(
                request, resident.format(), resident.view().config().maxPositions(), settings.defaultMaxTokens());
        var seed = request.sampling().seed();
        long chosen = seed != null ? seed : ThreadLocalRandom.current().nextLong();
        var row = new Row(request.sampling(), chosen, resident.format(), tokens);
        var fingerprint = fingerprint(resolved.base().digest(), version == null ? null : version.blobDigest());
        var answer = new Answer(tokens.ids().length, row, fingerprint, () -> release(held));
        resident.engine()
                .submit(new EngineRequest(
                        tokens.ids(), tokens.maxTokens(), adapter, tenant.orgId(), fingerprint, answer));
        return answer;
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
}
