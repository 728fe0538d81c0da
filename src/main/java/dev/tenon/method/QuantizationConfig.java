package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.Quantisation;
import dev.tenon.model.Quantisation.Format;
import dev.tenon.model.Quantisation.Grain;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** In how many bits a base's matrices are kept while an adapter is trained and served on it. */
public record QuantizationConfig(
        @Setting(
                title = "Format",
                description =
                        "nf4 takes half a byte a weight, with levels made for normally distributed weights (QLoRA);"
                                + " int8 takes a byte and stays closer to the base.",
                value = "\"nf4\"",
                choices = {NF4, INT8})
        String format,

        @Setting(
                title = "Scheme",
                description = "symmetric codes lie around zero; affine ones, for int8, between the smallest and the"
                        + " largest value.",
                value = "\"symmetric\"",
                choices = {SYMMETRIC, "affine"},
                advanced = true)
        String scheme,

        @Setting(
                title = "Granularity",
                description = "What shares one scale: a group of inputs of a row, a channel (a whole row) or the whole"
                        + " matrix (tensor). The finer, the closer to the base.",
                value = "\"group\"",
                choices = {"group", "channel", "tensor"},
                advanced = true)
        String granularity,

        @Setting(
                title = "Group size",
                description = "How many inputs of a row share a scale where the granularity is group; an even number.",
                value = "64",
                min = 2,
                max = 4096,
                advanced = true)
        int groupSize,

        @Setting(
                title = "Double quantization",
                description =
                        "Keeps the scales in 8 bits as well, as QLoRA does: 0.37 bits a weight less at groups of 64.",
                value = "true",
                advanced = true)
        boolean doubleQuantization) {
    /** The key in an adapter's settings: a format's name, or an object of these settings. */
    public static final String KEY = "quantization";

    private static final String FIELD = "adapter." + KEY;
    private static final String NONE = "none";
    private static final String NF4 = "nf4";
    private static final String INT8 = "int8";
    private static final String SYMMETRIC = "symmetric";

    public QuantizationConfig {
        if (format.equals(NF4) && !scheme.equals(SYMMETRIC)) {
            throw invalid("scheme", "is 'affine', which nf4 has no levels for; use symmetric, or the format int8");
        }
        if (groupSize % 2 != 0) {
            throw invalid("group_size", "is %d and must be even".formatted(groupSize));
        }
    }

    private static Problem invalid(String field, String what) {
        return Problem.invalid(FIELD + "." + field, "invalid_value", "'%s.%s' %s.".formatted(FIELD, field, what));
    }

    /**
     * What an adapter's settings say of its base, {@code "nf4"} or {@code {"format": "int8", "scheme": "affine"}}; null
     * where they say nothing or {@code "none"}, which keeps the base dense.
     *
     * @throws Problem 400 whose {@code param} is {@code adapter.quantization} or a field of it
     */
    public static @Nullable QuantizationConfig of(Map<String, Object> adapter) {
        return switch (adapter.get(KEY)) {
            case null -> null;
            case String name when name.equals(NONE) -> null;
            case String name when name.equals(NF4) || name.equals(INT8) -> read(Map.of("format", name));
            case Map<?, ?> settings -> {
                var named = new LinkedHashMap<String, Object>();
                settings.forEach((name, value) -> named.put(String.valueOf(name), value));
                yield read(named);
            }
            default ->
                throw Problem.invalid(
                        FIELD,
                        "invalid_value",
                        "'%s' must be one of none, nf4, int8, or an object with a format.".formatted(FIELD));
        };
    }

    private static QuantizationConfig read(Map<String, Object> settings) {
        return ConfigReader.read(FIELD, QuantizationConfig.class, settings);
    }

    /** The form that an adapter's settings ask of its base, null where it is dense. */
    public static @Nullable Quantisation form(Map<String, Object> adapter) {
        var config = of(adapter);
        return config == null ? null : config.form();
    }

    /** The same settings with every setting of the form, and without the key where the base is dense. */
    public static Map<String, Object> canonical(Map<String, Object> adapter) {
        var config = of(adapter);
        var canonical = new LinkedHashMap<>(adapter);
        canonical.remove(KEY);
        if (config != null) {
            canonical.put(KEY, ConfigReader.write(config));
        }
        return canonical;
    }

    /** Where every method's schema has it: a name, or an object. */
    static Map<String, Object> schema() {
        var object = new LinkedHashMap<>(ConfigSchema.of(KEY, QuantizationConfig.class));
        object.remove("$schema");
        var schema = new LinkedHashMap<String, Object>();
        schema.put("title", "Base kept as");
        schema.put(
                "description",
                "Keeps the base's layers in fewer bits while the adapter is trained and served: nf4 takes about an eighth"
                        + " of the memory of 32-bit weights (QLoRA), int8 a quarter and stays closer to the base.");
        schema.put("type", List.of("string", "object"));
        schema.put("anyOf", List.of(Map.of("enum", List.of(NONE, NF4, INT8)), object));
        schema.put("default", NONE);
        schema.put("x-advanced", true);
        return schema;
    }

    /** The form of the matrices. */
    public Quantisation form() {
        return new Quantisation(
                Format.valueOf(format.toUpperCase(Locale.ROOT)),
                !scheme.equals(SYMMETRIC),
                Grain.valueOf(granularity.toUpperCase(Locale.ROOT)),
                groupSize,
                doubleQuantization);
    }
}
