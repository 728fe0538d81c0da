package dev.tenon.registry;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.job.CheckpointModel;
import dev.tenon.job.JobApi;
import dev.tenon.job.JobStatus;
import dev.tenon.job.StartingModels;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Says what a model name means to a tenant at this moment. */
@Component
class ModelResolution implements StartingModels {
    /** Versions that are looked at behind one that cannot be served. */
    private static final int EARLIER = 3;

    private final BaseModelApi bases;
    private final AdapterVersions versions;
    // jobs ask where they may start from, and models ask which job will make them: one of the two must wait
    private final ObjectProvider<JobApi> jobs;

    ModelResolution(BaseModelApi bases, AdapterVersions versions, ObjectProvider<JobApi> jobs) {
        this.bases = bases;
        this.versions = versions;
        this.jobs = jobs;
    }

    ResolvedModel resolve(Tenant tenant, String name) {
        var base = base(tenant, name);
        if (base.isPresent()) {
            return new ResolvedModel(name, base.get(), List.of());
        }
        var version = stored(tenant, ModelName.parse(name));
        if (version.isPresent()) {
            return ResolvedModel.of(name, baseOf(name, version.get()), version.get());
        }
        return ModelParts.find(name).map(parts -> composed(tenant, parts)).orElseThrow(() -> missing(tenant, name));
    }

    List<ResolvedModel> earlier(Tenant tenant, String name) {
        var parsed = ModelName.parse(name);
        if (parsed.kind() != ModelName.Kind.NAME || parsed.version() != null) {
            return List.of();
        }
        var before = parsed.latest()
                ? versions.belowLatest(tenant.orgId(), parsed.name(), EARLIER)
                : versions.beforeAlias(
                        tenant.orgId(), parsed.name(), Objects.requireNonNull(parsed.selector()), EARLIER);
        return before.stream()
                .flatMap(version -> base(version)
                        .filter(base -> base.digest().equals(version.baseDigest()))
                        .map(base -> ResolvedModel.of(name, base, version))
                        .stream())
                .toList();
    }

    private ResolvedModel composed(Tenant tenant, ModelParts composition) {
        BaseModelView base = null;
        var parts = new ArrayList<ResolvedModel.Part>();
        for (int number = 1; number <= composition.parts().size(); number++) {
            var part = composition.parts().get(number - 1);
            var plain = base(tenant, part.name());
            if (plain.isPresent()) {
                if (number > 1 || !part.plain()) {
                    throw composition.refuse(number, "is a base, which comes first and has no weight or rank.");
                }
                base = plain.get();
                continue;
            }
            var version = version(tenant, part.name());
            var own = baseOf(part.name(), version);
            if (base != null && !base.name().equals(own.name())) {
                throw composition.refuse(
                        number, "belongs to the base '%s', not to '%s'.".formatted(own.name(), base.name()));
            }
            base = own;
            parts.add(new ResolvedModel.Part(version, part.weight() == null ? 1 : part.weight(), part.rank()));
        }
        return new ResolvedModel(composition.whole(), Objects.requireNonNull(base), parts);
    }

    private BaseModelView baseOf(String name, AdapterVersionView version) {
        var wanted = base(version);
        if (wanted.isEmpty() || !wanted.get().digest().equals(version.baseDigest())) {
            throw Problem.conflict(
                    "model",
                    "base_model_changed",
                    "'%s' was trained on the base '%s' (%s), which is not what is registered under that name now."
                            .formatted(name, version.baseModel(), version.baseDigest()));
        }
        return wanted.get();
    }

    @Override
    public Optional<StartingModel> find(Tenant tenant, String name) {
        return base(tenant, name)
                .map(base -> new StartingModel(base.name(), base.digest(), null, Map.of(), base.name(), base.digest()))
                .or(() -> stored(tenant, ModelName.parse(name))
                        .map(version -> new StartingModel(
                                version.baseModel(),
                                version.baseDigest(),
                                version.id(),
                                version.config(),
                                lasting(version),
                                version.blobDigest())))
                .or(() -> {
                    ModelParts.find(name).ifPresent(parts -> {
                        throw untrainable(composed(tenant, parts));
                    });
                    return Optional.empty();
                });
    }

    private static Problem untrainable(ResolvedModel composition) {
        return Problem.invalid(
                "model",
                "composition_not_trainable",
                ("'%s' is put together for each answer and cannot be trained further: start from one of its parts, or"
                                + " store it as a version with POST /api/v1/adapters/compose and start from that.")
                        .formatted(composition.requested()));
    }

    /** The number of a checkpoint is 0: only its minted name means it. */
    private static String lasting(AdapterVersionView version) {
        return version.version() == 0 ? version.modelId() : version.adapterName() + "@" + version.version();
    }

    /** The version of an adapter's name; never a base. */
    AdapterVersionView version(Tenant tenant, String name) {
        return stored(tenant, ModelName.parse(name)).orElseThrow(() -> missing(tenant, name));
    }

    private Optional<AdapterVersionView> stored(Tenant tenant, ModelName name) {
        return switch (name.kind()) {
            case CHECKPOINT ->
                jobs.getObject().checkpointModel(tenant, name.name()).map(ModelResolution::checkpoint);
            case MINTED -> versions.byModelId(tenant.orgId(), name.name());
            case NAME -> named(tenant.orgId(), name);
        };
    }

    private Optional<AdapterVersionView> named(String orgId, ModelName name) {
        if (name.latest()) {
            return versions.latest(orgId, name.name());
        }
        var number = name.version();
        return number != null
                ? versions.byNumber(orgId, name.name(), number)
                : versions.byAlias(orgId, name.name(), Objects.requireNonNull(name.selector()));
    }

    /** A checkpoint answers like a version; its number 0 says that it never became one. */
    private static AdapterVersionView checkpoint(CheckpointModel checkpoint) {
        return new AdapterVersionView(
                checkpoint.checkpointId(),
                checkpoint.adapterName(),
                0,
                checkpoint.modelName(),
                checkpoint.baseName(),
                checkpoint.baseDigest(),
                checkpoint.methodId(),
                checkpoint.adapter(),
                checkpoint.folderDigest(),
                checkpoint.bytes(),
                checkpoint.jobId(),
                Map.of("job", checkpoint.jobId(), "step", checkpoint.step()),
                Map.of(),
                checkpoint.createdAt());
    }

    private Problem missing(Tenant tenant, String name) {
        return jobs.getObject()
                .modelInMaking(tenant, name)
                .filter(made ->
                        versions.byModelId(tenant.orgId(), made.modelName()).isEmpty())
                .map(made -> Problem.notFound(
                        "model",
                        "model_not_found",
                        (made.status() == JobStatus.SUCCEEDED
                                        ? "The model '%s', which the job %s made, was deleted."
                                        : "The model '%s' is not there: its job %s has the status '%s'.")
                                .formatted(name, made.jobId(), made.status().wire())))
                .orElseGet(() ->
                        Problem.notFound("model", "model_not_found", "The model '%s' does not exist.".formatted(name)));
    }

    /** A base that somebody asks for by its name: another organisation's own is none. */
    private Optional<BaseModelView> base(Tenant tenant, String name) {
        return found(() -> bases.require(tenant.orgId(), name));
    }

    /** The base of a version that somebody may use. */
    private Optional<BaseModelView> base(AdapterVersionView version) {
        return found(() -> bases.require(version.baseModel()));
    }

    private static Optional<BaseModelView> found(Supplier<BaseModelView> wanted) {
        try {
            return Optional.of(wanted.get());
        } catch (Problem problem) {
            if (problem.status() == 404) {
                return Optional.empty();
            }
            throw problem;
        }
    }
}
