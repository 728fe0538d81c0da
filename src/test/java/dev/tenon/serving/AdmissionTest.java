package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final AtomicLong now = new AtomicLong();
    private final Admission admission = new Admission(8, now::get);

    private void enter(String orgId, int times) {
        for (int i = 0; i < times; i++) {
            admission.enter(orgId);
        }
    }

    private void refuses(String orgId, int status) {
        assertThatThrownBy(() -> admission.enter(orgId)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(status);
            assertThat(problem.details()).containsEntry("retry_after_seconds", 1);
        });
    }

    @Test
    void oneThatIsAloneMayHaveAllPlaces() {
        enter("a", 8);
        refuses("a", 503);
        admission.leave("a");
        enter("a", 1);
    }

    @Test
    void whoAskedLatelyFindsAPlaceUpToItsShare() {
        enter("a", 8);
        refuses("b", 503);
        admission.leave("a");
        refuses("a", 429);
        enter("b", 1);
        for (int taken = 1; taken < 4; taken++) {
            admission.leave("a");
            refuses("a", 429);
            enter("b", 1);
        }
        // both have half
        admission.leave("a");
        refuses("b", 429);
        enter("a", 1);
        assertThat(admission.inside()).isEqualTo(8);
    }

    @Test
    void onePlaceIsKeptAndNotAWholeShare() {
        enter("a", 3);
        enter("b", 1);
        enter("a", 3);
        refuses("a", 429);
        enter("b", 1);
    }

    @Test
    void whoDoesNotComeBackLosesIt() {
        enter("a", 7);
        enter("b", 1);
        admission.leave("b");
        refuses("a", 429);
        now.addAndGet(Admission.LATELY.toNanos() + 1);
        enter("a", 1);
        refuses("a", 503);
    }

    @Test
    void whoIsOnTheWayHasAPlace() {
        enter("a", 7);
        var place = admission.reserve("a");
        refuses("a", 503);
        admission.enter("a", place);
        assertThat(admission.inside()).isEqualTo(8);
        // it is taken, so that giving it up changes nothing
        place.close();
        refuses("a", 503);
        admission.leave("a");
        enter("a", 1);
    }

    @Test
    void whoTurnsBackGivesItUp() {
        enter("a", 7);
        var place = admission.reserve("a");
        place.close();
        place.close();
        assertThat(admission.inside()).isEqualTo(7);
        enter("a", 1);
        // came all the same, and too late
        assertThatThrownBy(() -> admission.enter("a", place)).isInstanceOf(Problem.class);
    }

    @Test
    void aPlaceOnTheWayIsNotKeptForEver() {
        enter("a", 6);
        var first = admission.reserve("a");
        now.addAndGet(Admission.ON_THE_WAY.toNanos());
        var second = admission.reserve("a");
        refuses("a", 503);
        now.addAndGet(1);
        enter("a", 1);
        refuses("a", 503);
        admission.enter("a", second);
        assertThatThrownBy(() -> admission.enter("a", first)).isInstanceOf(Problem.class);
        assertThat(admission.inside()).isEqualTo(8);
    }

    @Test
    void anotherOrganisationsPlaceIsOfNoUse() {
        enter("a", 7);
        var place = admission.reserve("a");
        assertThatThrownBy(() -> admission.enter("b", place)).isInstanceOf(Problem.class);
        admission.enter("a", place);
        assertThat(admission.inside()).isEqualTo(8);
    }

    /** However the crowd goes in and out, a newcomer waits for one place to become free, no longer. */
    @Test
    void nobodyIsKeptOutByACrowd() {
        var random = new SplittableRandom(5);
        enter("a", 8);
        for (String orgId : List.of("b", "c", "d")) {
            refuses(orgId, 503);
        }
        int left = 0;
        for (int i = 0; i < 3; i++) {
            admission.leave("a");
            left++;
            for (int crowd = random.nextInt(20); crowd >= 0; crowd--) {
                refuses("a", 429);
            }
            admission.enter(List.of("b", "c", "d").get(i));
        }
        assertThat(left).isEqualTo(3);
        assertThat(admission.inside()).isEqualTo(8);
    }
}
