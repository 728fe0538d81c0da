package dev.tenon.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.method.MethodDescriptor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The ranking follows from what methods declare, and says why. */
class MethodRankingTest {
    private static final MethodCard FOLDS = card("folds", "Mergeable", "PeftFormat");
    private static final MethodCard ADDS = card("adds", "Composable");
    private static final MethodCard HUGE = card("huge", "Mergeable", "PeftFormat");

    private static MethodCard card(String id, String... capabilities) {
        var descriptor = new MethodDescriptor(id, id, "kind", "", "", "", Set.of("text"));
        return new MethodCard(descriptor, Set.of(capabilities), Set.of());
    }

    private static final Map<MethodCard, MethodFigures> METHODS = new LinkedHashMap<>(Map.of(
            FOLDS, new MethodFigures(100_000, 0.01, 400_000, 900L << 20),
            ADDS, new MethodFigures(100_000, 0.01, 400_000, 900L << 20),
            HUGE, new MethodFigures(100_000_000, 0.9, 400_000_000, 4000L << 20)));

    private static List<String> ranked(MethodNeed need) {
        return MethodRanking.rank(METHODS, need).stream()
                .map(place -> place.card().descriptor().id())
                .toList();
    }

    @Test
    void whatIsToBeServedFastFoldsIntoTheWeights() {
        assertThat(ranked(new MethodNeed("b", 300, 0, MethodNeed.Serving.FASTEST)))
                .startsWith("folds")
                .endsWith("adds");
    }

    @Test
    void whatIsToBeCombinedCanBeSummed() {
        assertThat(ranked(new MethodNeed("b", 300, 0, MethodNeed.Serving.COMBINED)))
                .startsWith("adds");
    }

    @Test
    void whatDoesNotFitTheMemoryComesLastAndSaysSo() {
        var places = MethodRanking.rank(METHODS, new MethodNeed("b", 500_000, 1L << 30, MethodNeed.Serving.ANY));
        assertThat(places.getLast().card()).isEqualTo(HUGE);
        assertThat(places.getLast().reasons()).anyMatch(reason -> reason.contains("is more than 1,024 MiB"));
        assertThat(places.getFirst().reasons()).anyMatch(reason -> reason.contains("fits 1,024 MiB"));
    }

    @Test
    void fewExamplesDoNotCallForManyParameters() {
        var places = MethodRanking.rank(METHODS, new MethodNeed("b", 50, 0, MethodNeed.Serving.ANY));
        assertThat(places.getLast().card()).isEqualTo(HUGE);
        assertThat(places.getLast().reasons()).anyMatch(reason -> reason.contains("by heart"));
    }

    @Test
    void everyPlaceHasReasons() {
        assertThat(MethodRanking.rank(METHODS, new MethodNeed("b", 100, 0, MethodNeed.Serving.ELSEWHERE)))
                .hasSize(3)
                .allSatisfy(place -> assertThat(place.reasons()).hasSizeGreaterThanOrEqualTo(2));
    }
}
