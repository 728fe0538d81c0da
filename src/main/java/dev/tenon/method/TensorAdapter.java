package dev.tenon.method;

import dev.tenon.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What is the same in every adapter that owns a set of tensors.
 *
 * @param <C> its settings
 */
public abstract class TensorAdapter<C extends Record> implements Adapter {
    private final C config;
    private final ParameterSet tensors;
    private final Set<String> modules;
    private boolean training;

    /**
     * An adapter at work.
     *
     * @param tensors that it owns from now on
     * @param modules paths of the modules that it changes
     */
    protected TensorAdapter(C config, ParameterSet tensors, Iterable<String> modules) {
        this.config = config;
        this.tensors = tensors;
        var paths = new LinkedHashSet<String>();
        modules.forEach(paths::add);
        this.modules = Collections.unmodifiableSet(paths);
    }

    @Override
    public final C config() {
        return config;
    }

    @Override
    public final Map<String, Tensor> parameters() {
        return tensors.parameters();
    }

    @Override
    public final Map<String, Tensor> buffers() {
        return tensors.buffers();
    }

    @Override
    public final Set<String> matchedModules() {
        return modules;
    }

    /** A parameter that it surely has. */
    protected final Tensor parameter(String name) {
        return Objects.requireNonNull(parameters().get(name), name);
    }

    /** Whether it is being trained now. */
    protected final boolean training() {
        return training;
    }

    @Override
    public final void train(boolean on) {
        training = on;
    }

    @Override
    public final void close() {
        tensors.close();
    }
}
