package dev.tenon.serving;

/**
 * Which tokens may be drawn at all, after the temperature: the {@code topK} likeliest, of these the smallest set that
 * reaches the mass {@code topP} (arXiv 1904.09751), of these the ones at least {@code minP} times as likely as the
 * likeliest (arXiv 2407.01082). The likeliest token always stays.
 *
 * @param topK 0 keeps all
 * @param topP 1 keeps all
 * @param minP 0 keeps all
 */
public record Truncation(int topK, double topP, double minP) {
    public static final Truncation NONE = new Truncation(0, 1, 0);

    boolean keepsAll() {
        return topK == 0 && topP >= 1 && minP == 0;
    }
}
