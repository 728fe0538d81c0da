package dev.tenon.serving;

import dev.tenon.model.BaseModelView;
import dev.tenon.model.Quantisation;
import dev.tenon.serving.deployment.Residence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants in memory.
 *
 * @param key names the content: equal keys share the memory
 * @param bases what its base is called, by the organisation that asked: equal files may have other names with each
 * @param names what it is called, by the organisation that asked for it, first come first; {@link Residence#SHARED} for
 *     what is everybody's
 */
record Subject(
        String key, Residence.Kind kind, String digest, Map<String, String> bases, Map<String, List<String>> names) {
    Subject {
        bases = Map.copyOf(bases);
        names = Map.copyOf(names);
    }

    /** What one organisation calls by one name. */
    static Subject of(String key, Residence.Kind kind, String digest, String baseModel, String orgId, String name) {
        return new Subject(key, kind, digest, Map.of(orgId, baseModel), Map.of(orgId, List.of(name)));
    }

    /** The organisation that asked. */
    String asker() {
        return names.keySet().iterator().next();
    }

    /** A name that an organisation uses. */
    record Named(String orgId, String name) {}

    /** All names. */
    Stream<Named> named() {
        return names.entrySet().stream()
                .flatMap(org -> org.getValue().stream().map(name -> new Named(org.getKey(), name)));
    }

    /** A base in a form, null where it is dense; it is everybody's unless an organisation brought it. */
    static Subject base(Residence.Kind kind, BaseModelView view, @Nullable Quantisation form) {
        var suffix = Quantisation.suffix(form);
        var content = view.digest() + suffix;
        var owner = Objects.requireNonNullElse(view.orgId(), Residence.SHARED);
        return of(content, kind, content, view.name(), owner, view.name() + suffix);
    }

    /** The same for those who asked for the other one too, by their names for it. */
    Subject with(Subject other) {
        if (knows(other)) {
            return this;
        }
        var all = new HashMap<>(names);
        other.named().filter(name -> !knows(name)).forEach(name -> {
            var more = new ArrayList<>(all.getOrDefault(name.orgId(), List.of()));
            more.add(name.name());
            all.put(name.orgId(), List.copyOf(more));
        });
        var allBases = new HashMap<>(other.bases);
        allBases.putAll(bases);
        return new Subject(key, kind, digest, allBases, all);
    }

    /** As an organisation that asked for it calls its base. */
    String baseModel(String orgId) {
        return Objects.requireNonNull(bases.get(orgId));
    }

    /** Whether this was asked for already by all who ask for the other, by their names for it. */
    boolean knows(Subject other) {
        return other.named().allMatch(this::knows);
    }

    private boolean knows(Named name) {
        return names.getOrDefault(name.orgId(), List.of()).contains(name.name());
    }
}
