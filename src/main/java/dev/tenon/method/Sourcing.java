package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.Network;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Settings and the finished adapters that they are made of.
 *
 * @param made null where the method starts from the base alone
 */
record Sourcing<C extends Record>(
        AdapterMethod<C> method, @Nullable MadeOfAdapters<C> made, C config) {
    @SuppressWarnings("unchecked") // a method is made of adapters by its own settings
    static <C extends Record> Sourcing<C> of(AdapterMethod<C> method, Record config) {
        return new Sourcing<>(
                method,
                method instanceof MadeOfAdapters<?> ? (MadeOfAdapters<C>) method : null,
                method.configType().cast(config));
    }

    List<String> names() {
        return made == null ? List.of() : made.sources(config);
    }

    void require(Methods methods, int index, Map<String, Object> stored) {
        var own = AdapterFolder.own(stored);
        if (own.isPresent()) {
            require(methods, index, own.get());
            return;
        }
        // settings in PEFT's words are looked at when they are read together with the tensors
        String type = String.valueOf(stored.get("peft_type"));
        methods.all().stream()
                .filter(other ->
                        other instanceof PeftFormat format && format.peftType().equals(type))
                .findFirst()
                .ifPresent(other -> requireKind(methods, index, other));
    }

    private void require(Methods methods, int index, Record source) {
        requireKind(methods, index, methods.of(source));
        if (made != null) {
            made.requireFitting(config, SourceNames.field(index), source);
        }
    }

    private void requireKind(Methods methods, int index, AdapterMethod<?> source) {
        if (made == null || made.takes(source)) {
            return;
        }
        throw Problem.invalid(
                SourceNames.field(index),
                "unfitting_source",
                "'%s' is an adapter of the method '%s'; '%s' is made of adapters of %s."
                        .formatted(
                                SourceNames.field(index),
                                source.descriptor().id(),
                                method.descriptor().id(),
                                methods.all().stream()
                                        .filter(made::takes)
                                        .map(other -> other.descriptor().id())
                                        .collect(Collectors.joining(", "))));
    }

    Adapter attach(Methods methods, Network model, long seed, List<Adapter> sources) {
        if (made == null || sources.size() != names().size()) {
            throw SourceNames.missing(method.descriptor().id());
        }
        for (int i = 0; i < sources.size(); i++) {
            require(methods, i, sources.get(i).config());
        }
        return made.attach(model, config, seed, sources);
    }
}
