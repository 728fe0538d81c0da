package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.Hooks;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.Network;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** All methods there are, found by looking through this package's sub-packages; nothing lists them. */
public final class Methods {
    /** The key that names the method in an adapter's settings. */
    public static final String METHOD = "method";

    private static final String DEFAULT = "lora";

    private final Map<String, AdapterMethod<?>> methods = new TreeMap<>();

    private Methods(Collection<AdapterMethod<?>> found) {
        for (AdapterMethod<?> method : found) {
            String folder = method.getClass().getPackageName();
            String id = method.descriptor().id();
            if (!folder.endsWith("." + id)) {
                throw new IllegalStateException("The method '%s' lies in the package %s".formatted(id, folder));
            }
            methods.put(id, method);
        }
    }

    /** All on the class path, of class folders, jars and the executable jar alike; it is looked through once. */
    public static Methods scan() {
        return Found.ALL;
    }

    private static final class Found {
        static final Methods ALL = new Methods(MethodScan.find());
    }

    /** In the order of their ids. */
    public List<AdapterMethod<?>> all() {
        return List.copyOf(methods.values());
    }

    /**
     * The method of this id.
     *
     * @throws Problem 400 {@code unknown_method} naming the possible ones
     */
    public AdapterMethod<?> require(String id) {
        AdapterMethod<?> method = methods.get(id);
        if (method == null) {
            throw Problem.invalid(
                    "adapter.method",
                    "unknown_method",
                    "'adapter.method' is '%s', which does not exist%s possible are %s."
                            .formatted(id, hint(id), String.join(", ", methods.keySet())));
        }
        return method;
    }

    private String hint(String id) {
        var meant = NearNames.hint(methods.values(), id);
        return meant.isEmpty() ? ";" : meant + " All that are";
    }

    /** The method whose settings these are. */
    public AdapterMethod<?> of(Record config) {
        for (AdapterMethod<?> method : methods.values()) {
            if (method.configType() == config.getClass()) {
                return method;
            }
        }
        throw new IllegalArgumentException(
                "No method takes a " + config.getClass().getName());
    }

    /** What a method claims to be able to do: the names of the capability interfaces it and its adapters have. */
    public Set<String> capabilities(String id) {
        AdapterMethod<?> method = require(id);
        var found = new TreeSet<String>();
        collect(method.getClass(), found);
        collect(method.adapterType(), found);
        return found;
    }

    /** The ids of the methods that claim a capability. */
    public List<String> able(Class<?> capability) {
        return methods.keySet().stream()
                .filter(id -> capabilities(id).contains(capability.getSimpleName()))
                .toList();
    }

    /** Whether a method is known and does not claim a capability; of an unknown one nothing can be said. */
    public boolean lacks(String id, Class<?> capability) {
        return methods.containsKey(id) && !able(capability).contains(id);
    }

    /** Refuses settings that do not go with the length of a run. */
    public void requireSteps(Record config, int steps) {
        requireSteps(of(config), config, steps);
    }

    private static <C extends Record> void requireSteps(AdapterMethod<C> method, Record config, int steps) {
        method.requireSteps(method.configType().cast(config), steps);
    }

    private static void collect(Class<?> type, Set<String> found) {
        for (Class<?> face : type.getInterfaces()) {
            boolean capability = face.getPackage() == Methods.class.getPackage()
                    && face != AdapterMethod.class
                    && face != Adapter.class
                    && !Hooks.class.isAssignableFrom(face);
            if (capability) {
                found.add(face.getSimpleName());
            }
            collect(face, found);
        }
        if (type.getSuperclass() != null) {
            collect(type.getSuperclass(), found);
        }
    }

    /**
     * The JSON Schema (2020-12) of a method's settings, properties in the order in which a form shows them; last what all
     * methods have, the form in which the base is kept.
     */
    public Map<String, Object> schema(String id) {
        return ConfigSchema.of(
                id, require(id).configType(), Map.of(QuantizationConfig.KEY, QuantizationConfig.schema()));
    }

    /**
     * Reads settings such as {@code {"method": "lora", "rank": 8}}; without a method they are LoRA's.
     *
     * @throws Problem 400 whose {@code param} is {@code adapter.} and the field, with the possible values
     */
    public Record parse(Map<String, Object> adapter) {
        Object id = adapter.getOrDefault(METHOD, DEFAULT);
        if (!(id instanceof String name)) {
            throw Problem.invalid("adapter.method", "unknown_method", "'adapter.method' must be a text.");
        }
        var settings = new LinkedHashMap<>(adapter);
        settings.remove(METHOD);
        settings.remove(QuantizationConfig.KEY);
        return ConfigReader.read(require(name).configType(), settings);
    }

    /** The method and every setting, defaults included; {@link #parse} gives back an equal record. */
    public Map<String, Object> canonical(Record config) {
        var canonical = new LinkedHashMap<String, Object>();
        canonical.put(METHOD, of(config).descriptor().id());
        canonical.putAll(ConfigReader.write(config));
        return canonical;
    }

    /** The same, and the form in which settings as they were written keep the base. */
    public Map<String, Object> canonical(Record config, Map<String, Object> written) {
        var canonical = canonical(config);
        var form = QuantizationConfig.canonical(written).get(QuantizationConfig.KEY);
        if (form != null) {
            canonical.put(QuantizationConfig.KEY, form);
        }
        return canonical;
    }

    /**
     * A new adapter for a model.
     *
     * @throws Problem 400 naming the setting that is wrong or does not fit the model
     */
    public Adapter attach(Network model, Map<String, Object> adapter, long seed) {
        return attach(model, adapter, seed, new Calibration(List.of()));
    }

    /** A new adapter for a model, after a look at data where its method takes one. */
    public Adapter attach(Network model, Map<String, Object> adapter, long seed, Calibration calibration) {
        Record config = parse(adapter);
        return attach(of(config), model, config, seed, calibration);
    }

    private <C extends Record> Adapter attach(
            AdapterMethod<C> method, Network model, Record config, long seed, Calibration calibration) {
        C settings = method.configType().cast(config);
        requireSuited(method, model.config());
        if (method instanceof MadeOfAdapters<?>) {
            return Sourcing.of(method, config).attach(this, model, seed, calibration.sources());
        }
        Calibrated<C> calibrated = calibrated(method);
        if (calibrated == null || calibrated.calibrationExamples(settings) == 0) {
            return method.attach(model, settings, seed);
        }
        if (calibration.batches().isEmpty()) {
            throw Problem.invalid(
                    "adapter.method",
                    "calibration_without_data",
                    "'adapter.method' '%s' with these settings starts from training examples, and there are none."
                            .formatted(method.descriptor().id()));
        }
        return calibrated.attach(model, settings, seed, calibration);
    }

    /** Names of the finished adapters that settings are made of; none where a method starts from the base alone. */
    public List<String> sources(Record config) {
        return Sourcing.of(of(config), config).names();
    }

    /**
     * Refuses a finished adapter as a source.
     *
     * @param index its place among {@link #sources}
     * @param stored the settings that are kept with it
     * @throws Problem 400 naming the source and why it does not fit
     */
    public void requireSource(Record config, int index, Map<String, Object> stored) {
        Sourcing.of(of(config), config).require(this, index, stored);
    }

    /**
     * Refuses a method on a base of a kind that it does not suit.
     *
     * @throws Problem 400 {@code method_does_not_suit} naming the base's kind
     */
    public static void requireSuited(AdapterMethod<?> method, ModelConfig base) {
        if (!method.suits(base)) {
            throw Problem.invalid(
                    "adapter.method",
                    "method_does_not_suit",
                    "'adapter.method' '%s' has nothing to work on in a base of the kind '%s'."
                            .formatted(method.descriptor().id(), base.family()));
        }
    }

    @SuppressWarnings("unchecked") // a method is calibrated for its own settings
    private static <C extends Record> @Nullable Calibrated<C> calibrated(AdapterMethod<C> method) {
        return method instanceof Calibrated<?> looks ? (Calibrated<C>) looks : null;
    }

    /** How many training examples the method wants to see before it starts. */
    public int calibrationExamples(Map<String, Object> adapter) {
        Record config = parse(adapter);
        return calibrationExamples(of(config), config);
    }

    private static <C extends Record> int calibrationExamples(AdapterMethod<C> method, Record config) {
        Calibrated<C> calibrated = calibrated(method);
        return calibrated == null
                ? 0
                : calibrated.calibrationExamples(method.configType().cast(config));
    }

    /** The id of the method that reads folders of a {@code peft_type}, where one does. */
    public Optional<String> readerOf(String peftType) {
        return methods.values().stream()
                .filter(method ->
                        method instanceof PeftFormat format && format.peftType().equals(peftType))
                .map(method -> method.descriptor().id())
                .findFirst();
    }

    /** Methods that read and write PEFT folders. */
    List<PeftFormat> peftFormats() {
        var formats = new ArrayList<PeftFormat>();
        for (AdapterMethod<?> method : methods.values()) {
            if (method instanceof PeftFormat format) {
                formats.add(format);
            }
        }
        return formats;
    }
}
