package dev.tenon.model;

/**
 * How rotary position frequencies are made (Su et al. 2021; the scalings as in Hugging Face transformers).
 *
 * @param type {@code default}, {@code linear} or {@code llama3}
 * @param theta base of the geometric series
 * @param factor by how much positions are stretched
 * @param lowFrequency below this many turns over the original context a frequency is stretched fully (llama3)
 * @param highFrequency above this many turns it is left alone (llama3)
 * @param originalPositions context length before the stretch (llama3)
 */
public record RotaryConfig(
        String type, double theta, double factor, double lowFrequency, double highFrequency, int originalPositions) {

    /** The frequencies of one head, {@code [headSize / 2]}, in radians a position. */
    public float[] frequencies(int headSize) {
        var frequencies = new float[headSize / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double frequency = 1 / Math.pow(theta, 2.0 * i / headSize);
            frequencies[i] = (float) scaled(frequency);
        }
        return frequencies;
    }

    private double scaled(double frequency) {
        return switch (type) {
            case "linear" -> frequency / factor;
            case "llama3" -> {
                double wavelength = 2 * Math.PI / frequency;
                if (wavelength < originalPositions / highFrequency) {
                    yield frequency;
                }
                if (wavelength > originalPositions / lowFrequency) {
                    yield frequency / factor;
                }
                double smooth = (originalPositions / wavelength - lowFrequency) / (highFrequency - lowFrequency);
                yield (1 - smooth) * frequency / factor + smooth * frequency;
            }
            default -> frequency;
        };
    }
}
