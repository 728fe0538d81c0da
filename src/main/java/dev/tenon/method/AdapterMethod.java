package dev.tenon.method;

import dev.tenon.model.ModelConfig;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import java.util.Map;

/**
 * One way to adapt a frozen model. A method is one package below this one; {@link Methods} finds the class that
 * implements this interface, which needs a constructor without arguments.
 *
 * @param <C> the settings, a record whose components carry {@link Setting}
 */
public interface AdapterMethod<C extends Record> {
    MethodDescriptor descriptor();

    Class<C> configType();

    /** The kind of adapter this makes; its capability interfaces are what the method claims. */
    Class<? extends Adapter> adapterType();

    /**
     * Whether the method has something to do on a network of this kind; on others {@link Methods} refuses it. A method
     * that writes for what only some networks have says so here.
     */
    default boolean suits(ModelConfig base) {
        return true;
    }

    /**
     * Makes a new adapter for a model; the model itself stays as it is.
     *
     * @param seed decides every initial weight
     * @throws dev.tenon.core.Problem 400 naming the setting that does not fit this model
     */
    Adapter attach(Network model, C config, long seed);

    /**
     * An adapter as it was saved, by its settings and tensors.
     *
     * @throws dev.tenon.core.Problem 400 naming every tensor that is missing, has another shape or fits no module
     */
    default Adapter restore(Network model, C config, AdapterTensors tensors) {
        Adapter adapter = attach(model, config, 0);
        try {
            tensors.fill(adapter);
            return adapter;
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    /**
     * How many parameters {@link #attach} would make trainable, by the method's formula and without the model's weights.
     *
     * @throws dev.tenon.core.Problem 400 naming the setting that does not fit this model
     */
    long parameterCount(ModelOutline outline, C config);

    /** The most values that are trained at the same time, by which memory is reckoned. */
    default long trainedAtOnce(ModelOutline outline, C config) {
        return parameterCount(outline, config);
    }

    /**
     * Refuses settings that do not go with the length of a run, before anything is trained.
     *
     * @throws dev.tenon.core.Problem 400 naming the setting
     */
    default void requireSteps(C config, int steps) {}

    /** Methods of other names that are this one with a setting, and that setting, such as {@code "use_dora": true}. */
    default Map<String, String> knownAs() {
        return Map.of();
    }

    /**
     * The learning rate that a multiplier of 1 stands for.
     *
     * @param hidden width of the model's residual stream
     */
    double learningRate(int hidden);
}
