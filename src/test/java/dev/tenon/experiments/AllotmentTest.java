package dev.tenon.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bits go where they take most off the cost, and never above the mean. */
class AllotmentTest {
    private static Map<String, Long> sizes(long first, long second) {
        var sizes = new LinkedHashMap<String, Long>();
        sizes.put("first", first);
        sizes.put("second", second);
        return sizes;
    }

    /** Costs fall fourfold a bit, as squared errors do: a weight of 16 is worth two bits. */
    private static double[] costs(double weight) {
        var costs = new double[Allotment.WIDTHS.length];
        for (int i = 0; i < costs.length; i++) {
            costs[i] = weight * Math.pow(4, -Allotment.WIDTHS[i]);
        }
        return costs;
    }

    @Test
    void whatMattersAsMuchHasAsManyBits() {
        assertThat(Allotment.of(sizes(10, 10), Map.of("first", costs(1), "second", costs(1)), 4))
                .containsOnly(Map.entry("first", 4), Map.entry("second", 4));
    }

    @Test
    void whatMattersMoreHasMoreBits() {
        assertThat(Allotment.of(sizes(10, 10), Map.of("first", costs(256), "second", costs(1)), 4))
                .containsOnly(Map.entry("first", 6), Map.entry("second", 2));
    }

    @Test
    void theMeanIsNeverAboveWhatIsAskedFor() {
        var bits = Allotment.of(sizes(10, 1000), Map.of("first", costs(1), "second", costs(1e9)), 3);
        assertThat(10 * bits.get("first") + 1000 * bits.get("second")).isLessThanOrEqualTo(3 * 1010);
        assertThat(bits).containsEntry("second", 3);
    }

    /** Where three bits are worse than two, but four better than both, it goes to four at once. */
    @Test
    void aCostThatRisesOnTheWayDoesNotStopIt() {
        double[] uneven = {1, 2, 0.1, 0.1, 0.1};
        assertThat(Allotment.of(sizes(10, 10), Map.of("first", uneven, "second", costs(1e-9)), 3))
                .containsEntry("first", 4);
    }
}
