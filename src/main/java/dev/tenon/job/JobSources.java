package dev.tenon.job;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.job.StartingModels.StartingModel;
import dev.tenon.method.MadeOfAdapters;
import dev.tenon.method.Methods;
import dev.tenon.method.SourceNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Finds the adapters that a job's settings are made of, or says which of them cannot be and why. */
@Component
class JobSources {
    private final StartingModels models;
    private final Methods methods;

    JobSources(StartingModels models, Methods methods) {
        this.models = models;
        this.methods = methods;
    }

    /**
     * What the settings name, in their order; nothing where they start from the base alone.
     *
     * @throws Problem 400 naming the source that is missing, on another base, or of another kind
     */
    List<JobSource> find(Tenant tenant, StartingModel start, Record config) {
        var sources = new ArrayList<JobSource>();
        var seen = new HashSet<String>();
        for (String name : methods.sources(config)) {
            String field = SourceNames.field(sources.size());
            var found = models.find(tenant, name)
                    .orElseThrow(() -> Problem.invalid(
                            field,
                            "source_not_found",
                            "'%s' is '%s', which does not exist: name one of your adapters.".formatted(field, name)));
            requireFitting(start, config, sources.size(), name, found);
            if (!seen.add(found.lasting())) {
                throw Problem.invalid(
                        field, "invalid_value", "'%s' is '%s', which is named twice.".formatted(field, name));
            }
            sources.add(new JobSource(found.lasting(), String.valueOf(found.versionId()), found.digest()));
        }
        return sources;
    }

    private void requireFitting(StartingModel start, Record config, int index, String name, StartingModel source) {
        String field = SourceNames.field(index);
        if (source.versionId() == null) {
            throw Problem.invalid(
                    field, "not_an_adapter", "'%s' is '%s', which is a base model.".formatted(field, name));
        }
        if (!source.baseDigest().equals(start.baseDigest())) {
            throw Problem.invalid(
                    field,
                    "different_base",
                    "'%s' is '%s', an adapter of '%s'; the job's base is '%s'."
                            .formatted(field, name, source.baseName(), start.baseName()));
        }
        methods.requireSource(config, index, source.adapter());
    }

    /** Settings with names that will mean the same tomorrow. */
    static Map<String, Object> pinned(Map<String, Object> settings, List<JobSource> sources) {
        var pinned = new HashMap<>(settings);
        pinned.put(
                MadeOfAdapters.SOURCES, sources.stream().map(JobSource::model).toList());
        return pinned;
    }
}
