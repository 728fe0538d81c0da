package dev.tenon.model;

/**
 * How rotary position frequencies are made (Su et al. 2021; the scalings as in Hugging Face transformers).
 *
 * @param type {@code default}, {@code linear}, {@code dynamic}, {@code llama3} or {@code yarn}
 * @param theta base of the geometric series
 * @param factor by how much positions are stretched
 * @param lowFrequency below this many turns over the original context a frequency is stretched fully (llama3)
 * @param highFrequency above this many turns it is left alone (llama3)
 * @param originalPositions context length before the stretch (llama3, yarn)
 * @param fastTurns frequencies of more turns over the original context stay (yarn)
 * @param slowTurns frequencies of fewer turns are stretched fully (yarn)
 * @param magnitude factor on cosines and sines (yarn), 1 elsewhere
 */
public record RotaryConfig(
        String type,
        double theta,
        double factor,
        double lowFrequency,
        double highFrequency,
        int originalPositions,
        double fastTurns,
        double slowTurns,
        double magnitude) {

    /** Without YaRN's settings. */
    public RotaryConfig(
            String type,
            double theta,
            double factor,
            double lowFrequency,
            double highFrequency,
            int originalPositions) {
        this(type, theta, factor, lowFrequency, highFrequency, originalPositions, 32, 1, 1);
    }

    /** The frequencies of one head, {@code [headSize / 2]}, in radians a position. */
    public float[] frequencies(int headSize) {
        var frequencies = new float[headSize / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double frequency = 1 / Math.pow(theta, 2.0 * i / headSize);
            frequencies[i] = (float) (type.equals("yarn") ? blended(frequency, i, headSize) : scaled(frequency));
        }
        return frequencies;
    }

    /** YaRN (Peng et al. 2023, section 3.2): a ramp over the dimensions between two numbers of turns. */
    private double blended(double frequency, int index, int headSize) {
        double low = Math.max(Math.floor(dimension(fastTurns, headSize)), 0);
        double high = Math.min(Math.ceil(dimension(slowTurns, headSize)), headSize - 1);
        double ramp = (index - low) / (high == low ? 0.001 : high - low);
        double stretched = Math.clamp(ramp, 0.0, 1.0);
        return frequency / factor * stretched + frequency * (1 - stretched);
    }

    /** The dimension whose frequency makes this many turns over the original context. */
    private double dimension(double turns, int headSize) {
        return headSize * Math.log(originalPositions / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
    }

    /** {@code dynamic} only departs from the default beyond the model's own context, which no sequence here exceeds. */
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
