package dev.tenon.bench;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.MadeOfAdapters;
import dev.tenon.method.Methods;
import dev.tenon.model.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Stands in for the finished adapters of a method that is made of some: fresh ones take as long to compute. */
final class FreshSources {
    private static final List<String> NAMES = List.of("first@1", "second@1", "third@1", "fourth@1");

    private FreshSources() {}

    /** The settings with four names, where the method is made of finished adapters. */
    static Map<String, Object> named(Methods methods, String id) {
        return methods.require(id) instanceof MadeOfAdapters<?>
                ? Map.of(Methods.METHOD, id, MadeOfAdapters.SOURCES, NAMES)
                : Map.of(Methods.METHOD, id);
    }

    /**
     * One adapter a name, of the first method of which such settings can be made, with its standard settings.
     *
     * @throws Problem 400 where there is none
     */
    static List<Adapter> make(Methods methods, Network model, Map<String, Object> settings) {
        Record config = methods.parse(settings);
        var sources = new ArrayList<Adapter>();
        for (String name : methods.sources(config)) {
            sources.add(methods.attach(model, fitting(methods, model, config), name.hashCode()));
        }
        return sources;
    }

    private static Map<String, Object> fitting(Methods methods, Network model, Record config) {
        Problem last = null;
        for (var method : methods.all()) {
            var standard =
                    Map.<String, Object>of(Methods.METHOD, method.descriptor().id());
            try {
                methods.requireSource(config, 0, standard);
                methods.attach(model, standard, 1).close();
                return standard;
            } catch (Problem unfitting) {
                last = unfitting;
            }
        }
        throw last == null ? new IllegalStateException("There are no methods") : last;
    }
}
