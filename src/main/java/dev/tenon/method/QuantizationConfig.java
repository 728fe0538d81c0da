package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.Quantisation;
import dev.tenon.model.Quantisation.Format;
import dev.tenon.model.Quantisation.Grain;
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
                choices = {NF4, "int8"})
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
                value = "false",
                advanced = true)
        boolean doubleQuantization) {
    private static final String FIELD = "quantization";
    private static final String NF4 = "nf4";
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
     * Reads settings such as {@code {"format": "nf4"}}; null where there are none, which keeps the base dense.
     *
     * @throws Problem 400 whose {@code param} is {@code quantization.} and the field
     */
    public static @Nullable QuantizationConfig parse(@Nullable Map<String, Object> settings) {
        return settings == null ? null : ConfigReader.read(FIELD, QuantizationConfig.class, settings);
    }

    /** Every setting, defaults included; {@link #parse} gives back an equal record. */
    public Map<String, Object> canonical() {
        return ConfigReader.write(this);
    }

    /** The JSON Schema of the settings. */
    public static Map<String, Object> schema() {
        return ConfigSchema.of(FIELD, QuantizationConfig.class);
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

    /** The form that settings ask for, null where there are none. */
    public static @Nullable Quantisation form(@Nullable Map<String, Object> settings) {
        var config = parse(settings);
        return config == null ? null : config.form();
    }
}
