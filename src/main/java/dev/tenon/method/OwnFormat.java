package dev.tenon.method;

import dev.tenon.model.Network;
import dev.tenon.tensor.Scope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The folder of an adapter that PEFT has no files for: the method and all its settings, and every tensor under its own
 * name.
 */
final class OwnFormat {
    private static final String BASE = "base_model_name_or_path";

    private OwnFormat() {}

    static boolean reads(Map<String, Object> settings) {
        return settings.containsKey(PlainLora.SETTINGS)
                || (settings.containsKey(Methods.METHOD) && !settings.containsKey("peft_type"));
    }

    /** The method's settings among those of a folder. */
    static Record config(Map<String, Object> settings) {
        var own = new LinkedHashMap<String, Object>();
        ((Map<?, ?>) (inLora(settings) ? Objects.requireNonNull(settings.get(PlainLora.SETTINGS)) : settings))
                .forEach((name, value) -> own.put(String.valueOf(name), value));
        own.remove(BASE);
        return Methods.scan().parse(own);
    }

    private static boolean inLora(Map<String, Object> settings) {
        return settings.get(PlainLora.SETTINGS) instanceof Map<?, ?>;
    }

    static Adapter load(Network model, Path folder, Map<String, Object> settings) {
        var methods = Methods.scan();
        Record config = config(settings);
        boolean inLora = inLora(settings);
        try (var tensors = AdapterTensors.open(folder, inLora ? PlainLora.PREFIX : "")) {
            return restore(methods.of(config), model, config, tensors);
        }
    }

    private static <C extends Record> Adapter restore(
            AdapterMethod<C> method, Network model, Record config, AdapterTensors tensors) {
        return method.restore(model, method.configType().cast(config), tensors);
    }

    static void save(Adapter adapter, Path folder, String baseName) {
        try (var scope = Scope.open()) {
            AdapterTensors.write(folder, adapter.stored());
        }
        var settings = Methods.scan().canonical(adapter.config());
        settings.put(BASE, baseName);
        AdapterFolder.writeSettings(folder, settings);
    }
}
