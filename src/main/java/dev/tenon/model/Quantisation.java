package dev.tenon.model;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The form of matrices that are kept in fewer bits.
 *
 * @param affine whether the codes lie between the smallest and the largest value instead of around zero; int8 only
 * @param group inputs of a row that share a scale, an even number; only asked for where that is the grain
 * @param doubled whether the scales are kept in 8 bits too
 */
public record Quantisation(Format format, boolean affine, Grain grain, int group, boolean doubled) {
    private static final int SCALES_IN_A_BLOCK = 256;

    /** What a value becomes. */
    public enum Format {
        /** One of 255 (symmetric) or 256 (affine) evenly spaced levels, a byte. */
        INT8,
        /** One of 16 levels that are equally likely for normal values, half a byte (Dettmers et al. 2023, QLoRA). */
        NF4
    }

    /** What shares a scale. */
    public enum Grain {
        TENSOR,
        CHANNEL,
        GROUP
    }

    public Quantisation {
        if (affine && format != Format.INT8) {
            throw new IllegalArgumentException("only int8 can be affine");
        }
        if (group < 2 || group % 2 != 0) {
            throw new IllegalArgumentException("a group must be an even number of inputs, not " + group);
        }
    }

    /** Inputs of a row of {@code in} that are coded together; at the end of a row zeros may be coded along. */
    int width(int in) {
        int even = in + in % 2;
        return grain == Grain.GROUP ? Math.min(group, even) : even;
    }

    boolean wholeMatrix() {
        return grain == Grain.TENSOR;
    }

    /** Bytes of a matrix: codes, float scales or 8-bit ones with a float for each 256 and their mean, zero points. */
    public long bytes(long out, int in) {
        int width = width(in);
        long groups = (in + width - 1) / width;
        long codes = out * groups * width / (format == Format.NF4 ? 2 : 1);
        long scales = wholeMatrix() ? 1 : out * groups;
        long blocks = (scales + SCALES_IN_A_BLOCK - 1) / SCALES_IN_A_BLOCK;
        return codes + (doubled ? scales + Float.BYTES * (blocks + 1) : Float.BYTES * scales) + (affine ? scales : 0);
    }

    /** What tells a base in this form from others of the same name, {@code @nf4-g64-double}; nothing where it is dense. */
    public static String suffix(@Nullable Quantisation form) {
        return form == null ? "" : "@" + form.label();
    }

    /** A short name, for example {@code nf4-g64-double}. */
    public String label() {
        String shared = grain == Grain.GROUP ? "g" + group : grain.name().toLowerCase(Locale.ROOT);
        return format.name().toLowerCase(Locale.ROOT)
                + (affine ? "-affine-" : "-")
                + shared
                + (doubled ? "-double" : "");
    }
}
