package dev.tenon.method;

import dev.tenon.model.Network;
import java.util.List;

/**
 * A method whose adapters are made of finished ones: those stay as they are, and what joins them is trained. An adapter
 * keeps copies of what it is made of, so that it needs the others no more.
 *
 * @param <C> its settings, whose {@link #SOURCES} name the finished adapters
 */
public interface MadeOfAdapters<C extends Record> extends AdapterMethod<C> {
    /** The setting with the names. */
    String SOURCES = "sources";

    /** Names of the finished adapters, in the order in which {@link #attach} wants them. */
    List<String> sources(C config);

    /** Whether adapters of a method can be parts at all. */
    boolean takes(AdapterMethod<?> method);

    /**
     * Looks at the settings of a finished adapter of such a method before it is loaded.
     *
     * @param field what names it, for example {@code adapter.sources[1]}
     * @throws dev.tenon.core.Problem 400 naming the field where such an adapter cannot be a part
     */
    void requireFitting(C config, String field, Record source);

    /** There is nothing to make one of. */
    @Override
    default Adapter attach(Network model, C config, long seed) {
        throw SourceNames.missing(descriptor().id());
    }

    /** Makes a new adapter of finished ones, which the caller may close afterwards. */
    Adapter attach(Network model, C config, long seed, List<Adapter> sources);
}
