package dev.tenon.openai.client;

import dev.tenon.TensorEngine;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.Methods;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Models;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Folders of random adapters of any method for the shipped base, as a job would have left them. */
public final class SavedAdapter {
    private static final Path SHIPPED = Path.of("src/main/resources/models/tenon-base-7m");

    private SavedAdapter() {}

    public static Path write(Path folder, Map<String, Object> settings, long seed) throws IOException {
        return write(folder, settings, seed, adapter -> adapter);
    }

    /** As above, of what is made of the adapter, which has the same seed's weights each time. */
    public static Path write(Path folder, Map<String, Object> settings, long seed, UnaryOperator<Adapter> change)
            throws IOException {
        TensorEngine.start();
        Files.createDirectories(folder);
        try (CausalModel model = Models.load(SHIPPED, Device.cpu(), DType.F32);
                Adapter adapter = Methods.scan().attach(model, settings, seed)) {
            move(adapter, seed, 0.1);
            Adapter changed = change.apply(adapter);
            AdapterFolder.save(changed, folder, "tenon-base-7m");
            if (changed != adapter) {
                changed.close();
            }
        }
        return folder;
    }

    /** Moves every parameter at random, as training would have. */
    static void move(Adapter adapter, long seed, double deviation) {
        var random = new Random(seed);
        try (var scope = Scope.open()) {
            adapter.parameters()
                    .values()
                    .forEach(tensor -> tensor.copyFrom(tensor.detach()
                            .add(Tensors.randn(random, tensor.shape()).mul(deviation))));
        }
    }
}
