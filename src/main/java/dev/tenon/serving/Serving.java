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
        var lease = residents.base(resolved.base(), resolved.quantisation());
        held.push(lease);
        var resident = lease.value();
        var composition = Composition.of(resolved.parts());
        var adapter = EngineAdapter.NONE;
        if (!composition.isEmpty()) {
            var own = residents.adapter(tenant, composition, resident);
            held.push(own);
            adapter = own.value().adapter();
        }
        var tokens = PromptTokens.of(
                request, resident.format(), resident.view().config().maxPositions(), settings.defaultMaxTokens());
        var seed = request.sampling().seed();
        long chosen = seed != null ? seed : ThreadLocalRandom.current().nextLong();
        var row = new Row(request.sampling(), chosen, resident.format(), tokens);
        var base = resolved.base().digest();
        var content = composition.digest();
        var fingerprint = fingerprint(base, content);
        var answer = new Answer(tokens.ids().length, row, fingerprint, () -> release(held));
        resident.engine()
                .submit(new EngineRequest(
                        tokens.ids(), tokens.maxTokens(), adapter, tenant.orgId(), base + content, answer));
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

    private static String fingerprint(String base, String content) {
        var shown = "fp_" + shown(base);
        return content.isEmpty() ? shown : shown + "_" + shown(content);
    }

    private static String shown(String digest) {
        return digest.substring(0, Math.min(DIGEST_SHOWN, digest.length()));
    }

    @Override
    public List<DeploymentView> deployments(Tenant tenant) {
        return residents.views(tenant);
    }
}
