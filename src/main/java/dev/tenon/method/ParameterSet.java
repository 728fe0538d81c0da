package dev.tenon.method;

import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The tensors that an adapter owns, by name and in the order in which they were added. */
public final class ParameterSet implements AutoCloseable {
    private static final RandomGeneratorFactory<RandomGenerator> RANDOM = RandomGeneratorFactory.of("L64X128MixRandom");
    private static final long STRIDE = 0x9E3779B97F4A7C15L;

    private final Device device;
    private final Scope owner = Scope.detached();
    private final Map<String, Tensor> trained = new LinkedHashMap<>();
    private final Map<String, Tensor> kept = new LinkedHashMap<>();

    public ParameterSet(Device device) {
        this.device = device;
    }

    /** A set that is filled, or closed again where that fails. */
    public static ParameterSet filled(Device device, Consumer<ParameterSet> fill) {
        var set = new ParameterSet(device);
        try (var scope = Scope.open()) {
            fill.accept(set);
            return set;
        } catch (RuntimeException e) {
            set.close();
            throw e;
        }
    }

    /** A generator that only a seed and a tensor's name decide. */
    public static RandomGenerator random(long seed, String name) {
        return RANDOM.create(seed * STRIDE + name.hashCode());
    }

    /** Takes over a trainable tensor, float32, from the current scope. */
    public Tensor train(String name, Tensor initial) {
        Tensor parameter = owner.own(initial.to(device));
        parameter.requireGrad(true);
        trained.put(name, parameter);
        return parameter;
    }

    /** Takes over a tensor that is not trained from the current scope. */
    public Tensor keep(String name, Tensor initial) {
        Tensor buffer = owner.own(initial.to(device));
        kept.put(name, buffer);
        return buffer;
    }

    public Map<String, Tensor> parameters() {
        return Collections.unmodifiableMap(trained);
    }

    public Map<String, Tensor> buffers() {
        return Collections.unmodifiableMap(kept);
    }

    @Override
    public void close() {
        owner.close();
    }
}
