package dev.tenon.method.shira;

import dev.tenon.method.AdapterFolder;
import dev.tenon.method.AdapterTensors;
import dev.tenon.method.PeftSettings;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** PEFT's files: the values of every layer and, in newer ones, the places of its entries as int32. */
final class ShiraFile {
    private static final String PREFIX = "base_model.model.";

    private ShiraFile() {}

    /** An adapter whose entries are to be overwritten. */
    static ShiraAdapter blank(Network model, ShiraConfig config) {
        var plan = ShiraPlan.of(ModelOutline.of(model.config()), config);
        var drawn = new ShiraPlan(
                new ShiraConfig(
                        config.rank(),
                        ShiraConfig.RANDOM,
                        config.targetModules(),
                        config.randomSeed(),
                        config.calibrationExamples(),
                        config.modulesToSave()),
                plan.sites(),
                plan.saved());
        return new ShiraAdapter(model, plan, new Places(drawn, model, 0, Map.of()));
    }

    static ShiraAdapter load(Network model, Path folder, Map<String, Object> settings) {
        var config = (ShiraConfig) new PeftSettings("shira", settings)
                .same("r", "rank")
                .same("mask_type")
                .same("random_seed")
                .same("target_modules")
                .list("modules_to_save")
                .skip("init_weights")
                .read();
        var adapter = blank(model, config);
        try (var scope = Scope.open();
                var tensors = AdapterTensors.open(folder)) {
            fill(adapter, tensors);
            return adapter;
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    private static void fill(ShiraAdapter adapter, AdapterTensors tensors) {
        adapter.parameters()
                .forEach((name, tensor) -> tensor.detach().copyFrom(tensors.take(PREFIX + name, tensor.shape())));
        // older files have the seed instead, by which the blank adapter was drawn
        boolean seeded = adapter.config().randomSeed() != 0
                && adapter.config().maskType().equals(ShiraConfig.RANDOM);
        adapter.buffers().forEach((name, places) -> {
            if (!seeded || tensors.has(PREFIX + name)) {
                places.copyFrom(tensors.take(PREFIX + name, places.shape()));
            }
        });
        tensors.requireAllTaken();
    }

    static void save(ShiraAdapter adapter, Path folder, String baseName) {
        var config = adapter.config();
        var peft = PeftSettings.begin("SHIRA", baseName);
        peft.put("r", config.rank());
        peft.put("mask_type", config.maskType());
        peft.put("random_seed", config.randomSeed() == 0 ? null : config.randomSeed());
        peft.put("target_modules", config.targetModules().json());
        peft.put("modules_to_save", PeftSettings.orNull(config.modulesToSave()));
        peft.put("fan_in_fan_out", false);
        peft.put("init_weights", true);
        AdapterFolder.writeSettings(folder, peft);
        try (var scope = Scope.open()) {
            var tensors = new LinkedHashMap<String, Tensor>();
            adapter.parameters().forEach((name, tensor) -> tensors.put(PREFIX + name, tensor));
            adapter.buffers().forEach((name, places) -> tensors.put(PREFIX + name, places.to(DType.I32)));
            AdapterTensors.write(folder, tensors);
        }
    }
}
