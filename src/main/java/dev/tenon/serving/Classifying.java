package dev.tenon.serving;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.Tenant;
import dev.tenon.method.Tuned;
import dev.tenon.model.Head;
import dev.tenon.model.Hooks;
import dev.tenon.registry.RegistryApi;
import dev.tenon.registry.ResolvedModel;
import dev.tenon.serving.labels.LabelLane;
import dev.tenon.serving.labels.LabelRequest;
import jakarta.annotation.PreDestroy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** {@link ClassificationApi} on one lane, which computes what waits for an encoder together. */
@Service
@OnRole(Role.SERVE)
class Classifying implements ClassificationApi {
    private final RegistryApi registry;
    private final Encoders encoders;
    private final Swaps swaps;
    private final Admission admission;
    private final LabelLane lane = new LabelLane();

    Classifying(RegistryApi registry, Encoders encoders, Swaps swaps, ServingSettings settings) {
        this.registry = registry;
        this.encoders = encoders;
        this.swaps = swaps;
        this.admission = new Admission(1 + settings.queue(), System::nanoTime);
    }

    @Override
    public Classification classify(Tenant tenant, String model, List<String> texts, Patience patience) {
        var resolved = registry.resolve(tenant, model);
        var parts = resolved.parts();
        if (parts.size() > 1 || (parts.size() == 1 && parts.getFirst().weight() != 1)) {
            throw Problem.invalid(
                    "model",
                    "composition_not_offered",
                    ("'%s' is a sum; labels are told by the head of one adapter, and heads of several have no sum. Name"
                                    + " one adapter without a weight.")
                            .formatted(resolved.requested()));
        }
        admission.enter(tenant.orgId());
        try (var opened = swaps.open(tenant, resolved, now -> open(tenant, now, Asker.request(patience)))) {
            return run(tenant.orgId(), opened, resolved, texts, patience);
        } finally {
            admission.leave(tenant.orgId());
        }
    }

    /** What one request computes with, in memory until it is closed. */
    private record Held(
            Lease<ResidentEncoder> base, @Nullable Lease<ResidentTuned> adapter) implements AutoCloseable {
        @Nullable
        Tuned tuned() {
            return adapter == null ? null : adapter.value().tuned();
        }

        int longestText() {
            int taken = adapter == null ? 0 : adapter.value().places();
            return base.value().model().config().maxPositions() - taken;
        }

        @Override
        public void close() {
            if (adapter != null) {
                adapter.close();
            }
            base.close();
        }
    }

    private Held open(Tenant tenant, ResolvedModel model, Asker asker) {
        var base = encoders.base(model.base(), model.quantisation(), asker);
        try {
            var parts = model.parts();
            return new Held(
                    base, parts.isEmpty() ? null : encoders.tuned(tenant, parts.getFirst(), base.value(), asker));
        } catch (RuntimeException | Error e) {
            base.close();
            throw e;
        }
    }

    private Classification run(String orgId, Held held, ResolvedModel resolved, List<String> texts, Patience patience) {
        var base = held.base().value();
        var tuned = held.tuned();
        Head head = head(base, tuned);
        if (head == null) {
            throw Problem.invalid(
                    "model",
                    "no_labels",
                    "'%s' has no labels to tell: name an adapter that was trained on a labelled dataset."
                            .formatted(resolved.requested()));
        }
        Hooks hooks = tuned == null ? Hooks.NONE : tuned.adapter().hooks();
        var labelling = new Labelling(base.format(), held.longestText(), head);
        var prepared = texts.stream().map(labelling::prepare).toList();
        var probabilities = lane.tell(
                new LabelRequest(
                        orgId,
                        resolved.pinned(),
                        base.model(),
                        head,
                        hooks,
                        prepared.stream().map(Labelling.Prepared::read).toList(),
                        base.listener()),
                patience);
        return labelling.told(prepared, probabilities);
    }

    /** The adapter's head, otherwise that of the base's own checkpoint. */
    private static @Nullable Head head(ResidentEncoder base, @Nullable Tuned tuned) {
        var trained = tuned == null ? null : tuned.head();
        return trained != null ? trained.head() : base.model().ownHead();
    }

    @PreDestroy
    void close() {
        lane.close();
    }
}
