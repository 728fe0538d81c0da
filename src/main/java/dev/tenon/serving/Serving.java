package dev.tenon.serving;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.Tenant;
import dev.tenon.registry.RegistryApi;
import dev.tenon.serving.engine.EngineRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;

/** {@link ServingApi} on engines: one for each resident base model, which runs the requests of all its adapters together. */
@Service
@OnRole(Role.SERVE)
@EnableConfigurationProperties(ServingSettings.class)
class Serving implements ServingApi {
    private final RegistryApi registry;
    private final Residents residents;
    private final Swaps swaps;
    private final HotAdapters hot;
    private final ServingSettings settings;
    private final Admission admission;

    Serving(RegistryApi registry, Residents residents, Swaps swaps, HotAdapters hot, ServingSettings settings) {
        this.registry = registry;
        this.residents = residents;
        this.swaps = swaps;
        this.hot = hot;
        this.settings = settings;
        this.admission = new Admission(settings.rows() + settings.queue(), System::nanoTime);
    }

    @Override
    public Place reserve(String orgId) {
        return admission.reserve(orgId);
    }

    @Override
    public Generation start(Tenant tenant, GenerationRequest request, Patience patience) {
        admission.enter(tenant.orgId());
        return started(tenant, request, patience);
    }

    @Override
    public Generation start(Tenant tenant, GenerationRequest request, Place place, Patience patience) {
        admission.enter(tenant.orgId(), place);
        return started(tenant, request, patience);
    }

    private Generation started(Tenant tenant, GenerationRequest request, Patience patience) {
        Deque<AutoCloseable> held = new ArrayDeque<>();
        held.push(() -> admission.leave(tenant.orgId()));
        try {
            return begin(tenant, request, patience, held);
        } catch (RuntimeException | Error e) {
            release(held);
            throw e;
        }
    }

    private Answer begin(Tenant tenant, GenerationRequest request, Patience patience, Deque<AutoCloseable> held) {
        var opened = swaps.open(
                tenant,
                registry.resolve(tenant, request.model()),
                model -> Opened.of(residents, tenant, model, Asker.request(patience)));
        held.push(opened);
        var resident = opened.resident();
        request.sampling().check(resident.format().tokenizer().vocabularySize());
        var tokens = PromptTokens.of(
                request, resident.format(), resident.view().config().maxPositions(), settings.defaultMaxTokens());
        var seed = request.sampling().seed();
        long chosen = seed != null ? seed : ThreadLocalRandom.current().nextLong();
        var row = new Row(request.sampling(), chosen, resident.format(), tokens);
        held.push(() -> hot.note(tenant, opened, row.generated()));
        var answer = new Answer(opened.exactly(), tokens.ids().length, row, opened.fingerprint(), () -> release(held));
        resident.engine()
                .submit(new EngineRequest(
                        tokens.ids(),
                        tokens.maxTokens(),
                        opened.engineAdapter(),
                        tenant.orgId(),
                        opened.content(),
                        answer));
        hot.note(tenant, opened, tokens.ids().length);
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
}
