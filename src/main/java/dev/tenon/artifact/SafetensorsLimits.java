package dev.tenon.artifact;

/**
 * How much a safetensors file may ask of its reader.
 *
 * @param headerBytes largest header
 * @param tensors most entries
 * @param nameLength longest tensor name, in characters
 * @param metadataBytes most bytes of {@code __metadata__}, keys and values together
 */
public record SafetensorsLimits(long headerBytes, int tensors, int nameLength, int metadataBytes) {
    private static final int TENSORS = 20_000;
    private static final int NAME = 256;
    private static final int METADATA = 64 << 10;

    /** For files that users upload as adapters. */
    public static final SafetensorsLimits ADAPTER = new SafetensorsLimits(8L << 20, TENSORS, NAME, METADATA);

    /** For base models. */
    public static final SafetensorsLimits BASE_MODEL = new SafetensorsLimits(64L << 20, TENSORS, NAME, METADATA);
}
