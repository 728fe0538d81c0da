package dev.tenon.method;

import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A model's own tensors by their Hugging Face names, for example {@code model.norm.weight}. */
public final class BaseTensors {
    private BaseTensors() {}

    /** The model's tensor of a name, or null where it has none. */
    public static @Nullable Tensor find(Network model, String name) {
        boolean bias = name.endsWith(".bias");
        return switch (model.sites().get(name.substring(0, name.lastIndexOf('.')))) {
            case LinearSite site -> bias ? site.bias() : site.weight();
            case NormSite site -> bias ? site.bias() : site.weight();
            case EmbeddingSite site -> bias ? null : site.weight();
            case null, default -> null;
        };
    }

    /** The model's tensor of a name that it has. */
    public static Tensor require(Network model, String name) {
        Tensor found = find(model, name);
        if (found == null) {
            throw new IllegalStateException("the model has no tensor " + name);
        }
        return found;
    }

    /** A copy to train: float32 on the CPU, owned by the current scope. */
    public static Tensor copy(Network model, String name) {
        return require(model, name).to(Device.cpu()).to(DType.F32).copy();
    }
}
