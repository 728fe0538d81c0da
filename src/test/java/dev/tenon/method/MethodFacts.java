package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.model.OutputSite;
import dev.tenon.model.Sequences;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one method with its standard settings is on a model, found by attaching it.
 *
 * @param base name of the model
 * @param formula trained values by the method's formula
 * @param counted trained values of the attached adapter
 * @param places kinds of places that it changes, as the catalogue draws them
 */
record MethodFacts(
        MethodDescriptor card, Set<String> capabilities, String base, long formula, long counted, Set<String> places) {
    private static final Sequences EXAMPLE = new Sequences(new long[] {5, 6, 7, 8, 9, 10, 11, 12}, new long[] {8});

    static MethodFacts of(Methods methods, AdapterMethod<?> method, String base, Network model) {
        String id = method.descriptor().id();
        var sources = method instanceof MadeOfAdapters<?> ? List.of("first@1", "second@1") : List.<String>of();
        Map<String, Object> standard = sources.isEmpty()
                ? Map.of(Methods.METHOD, id)
                : Map.of(Methods.METHOD, id, MadeOfAdapters.SOURCES, sources);
        var finished = new ArrayList<Adapter>();
        sources.forEach(name -> finished.add(fitting(methods, methods.parse(standard), model)));
        try (var adapter =
                methods.attach(model, standard, 1, new Calibration(List.of(EXAMPLE), text -> new long[0], finished))) {
            return new MethodFacts(
                    method.descriptor(),
                    methods.capabilities(id),
                    base,
                    formula(method, model, methods.parse(standard)),
                    adapter.parameterCount(),
                    places(adapter, model));
        } finally {
            finished.forEach(Adapter::close);
        }
    }

    /** A standard adapter of the first method of which others can be made under these settings. */
    private static Adapter fitting(Methods methods, Record config, Network model) {
        for (var method : methods.all()) {
            try {
                var standard = Map.<String, Object>of(
                        Methods.METHOD, method.descriptor().id());
                methods.requireSource(config, 0, standard);
                return methods.attach(model, standard, 1);
            } catch (Problem unfitting) {
                continue;
            }
        }
        throw new AssertionError("nothing to make " + config + " of");
    }

    private static <C extends Record> long formula(AdapterMethod<C> method, Network model, Record config) {
        return method.parameterCount(
                ModelOutline.of(model.config()), method.configType().cast(config));
    }

    private static Set<String> places(Adapter adapter, Network model) {
        var places = new TreeSet<String>();
        for (String path : adapter.matchedModules()) {
            places.add(
                    switch (model.sites().get(path)) {
                        case NormSite norm -> "norm";
                        case OutputSite output -> "output";
                        case EmbeddingSite table -> "embed_tokens";
                        case null -> path;
                        default -> path.substring(path.lastIndexOf('.') + 1);
                    });
        }
        if (adapter.hooks().virtualTokens() != null) {
            places.add("virtual_tokens");
        }
        return places;
    }
}
