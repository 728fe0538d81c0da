package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose turn it is, worked out by hand, and the bound of Sheng et al. 2024 for those who always have something waiting. */
class FairQueueTest {
    private final FairQueue<String> queue = new FairQueue<>();

    /** Takes the one whose turn it is, at so many tokens; its name is tenant, adapter and number. */
    private String next(double tokens) {
        String item = queue.heads().getFirst();
        String[] parts = item.split(" ");
        queue.charge(parts[0], parts[1], tokens);
        queue.remove(parts[0], parts[1], item);
        return item;
    }

    private void add(String tenant, String adapter, int count) {
        for (int i = 1; i <= count; i++) {
            queue.add(tenant, adapter, tenant + " " + adapter + " " + i);
        }
    }

    private List<String> next(int count, double tokens) {
        var taken = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            taken.add(next(tokens));
        }
        return taken;
    }

    @Test
    void whatIsTakenOutIsGoneAndTheOthersKeepTheirTurns() {
        add("a", "x", 3);
        add("a", "y", 1);
        add("b", "z", 1);
        assertThat(queue.take(item -> item.endsWith("2") || item.startsWith("b")))
                .containsExactlyInAnyOrder("a x 2", "b z 1");
        assertThat(queue.size()).isEqualTo(3);
        assertThat(queue.all()).containsExactlyInAnyOrder("a x 1", "a x 3", "a y 1");
        assertThat(next(3, 5)).containsSubsequence("a x 1", "a x 3").contains("a y 1");
        assertThat(queue.take(item -> true)).isEmpty();
        assertThat(queue.heads()).isEmpty();
    }

    @Test
    void aTenantOfManyRequestsWaitsForOneOfFew() {
        add("crowd", "x", 3);
        assertThat(next(10)).isEqualTo("crowd x 1");
        add("guest", "y", 2); // level with the least served, which is the crowd's 10
        queue.charge("crowd", "x", 1);
        assertThat(next(4)).isEqualTo("guest y 1"); // then 14 of the guest against 11
        assertThat(next(10)).isEqualTo("crowd x 2"); // then 21
        assertThat(next(4)).isEqualTo("guest y 2");
        assertThat(next(10)).isEqualTo("crowd x 3");
        assertThat(queue.size()).isZero();
    }

    @Test
    void manyAdaptersOfOneTenantAreNoMoreThanOneOfAnother() {
        for (int i = 0; i < 4; i++) {
            add("many", "m" + i, 2);
        }
        add("one", "o", 4);
        var taken = next(8, 10);
        assertThat(taken.stream().filter(item -> item.startsWith("one"))).hasSize(4);
        // and those of one tenant have their turns one after the other
        assertThat(taken.stream().filter(item -> item.startsWith("many")).map(item -> item.split(" ")[1]))
                .containsExactlyInAnyOrder("m0", "m1", "m2", "m3");
    }

    @Test
    void anAdapterOfLongAnswersComesLessOften() {
        add("t", "long", 4);
        add("t", "short", 8);
        var taken = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            String item = queue.heads().getFirst();
            boolean isLong = item.contains("long");
            taken.add(isLong ? "long" : "short");
            next(isLong ? 40 : 10);
        }
        assertThat(taken).containsExactlyInAnyOrder("long", "short", "short", "short", "short");
    }

    @Test
    void nobodySavesUpClaims() {
        add("early", "x", 5);
        next(3, 100);
        add("late", "y", 5);
        // without the common beginning the late one would have 300 tokens ahead of it
        assertThat(next(4, 100).stream().filter(item -> item.startsWith("late")))
                .hasSize(2);
    }

    @Test
    void whoGaveItsPlaceBackIsFirstOfItsLane() {
        add("t", "x", 2);
        String first = next(0);
        queue.putBack("t", "x", first);
        assertThat(queue.size()).isEqualTo(2);
        assertThat(next(2, 1)).containsExactly("t x 1", "t x 2");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void thoseWhoAlwaysWaitAreServedAlike(int seed) {
        var random = new Random(seed);
        var tenants = List.of("a", "b", "c");
        var served = new HashMap<String, Double>();
        for (String tenant : tenants) {
            add(tenant, "x", 200 * (1 + tenants.indexOf(tenant)));
            served.put(tenant, 0.0);
        }
        for (int turn = 0; turn < 300; turn++) {
            double tokens = 1 + random.nextInt(50);
            served.merge(next(tokens).substring(0, 1), tokens, Double::sum);
            assertThat(spread(served)).isLessThanOrEqualTo(2 * 50);
        }
    }

    private static double spread(Map<String, Double> served) {
        double most =
                served.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        return most
                - served.values().stream()
                        .mapToDouble(Double::doubleValue)
                        .min()
                        .orElseThrow();
    }
}
