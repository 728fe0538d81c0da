package dev.tenon.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentKeysTest {
    private final AtomicLong now = new AtomicLong();
    private final RecentKeys keys = new RecentKeys(now::get);

    @Test
    void aKeyIsKnownForAMoment() {
        assertThat(keys.organisation("k")).isEmpty();
        keys.note(Secrets.digest("k"), "org_1");
        now.addAndGet(RecentKeys.MOMENT.toNanos() - 1);
        assertThat(keys.organisation("k")).contains("org_1");
        assertThat(keys.organisation("other")).isEmpty();
    }

    @Test
    void whatTheDatabaseSaysCounts() {
        keys.note(Secrets.digest("k"), "org_1");
        keys.note(Secrets.digest("k"), null);
        assertThat(keys.organisation("k")).isEmpty();
    }

    @Test
    void oneOfACrowdLooksUpAgain() {
        keys.note(Secrets.digest("k"), "org_1");
        now.addAndGet(RecentKeys.MOMENT.toNanos());
        assertThat(keys.organisation("k")).isEmpty();
        assertThat(keys.organisation("k")).contains("org_1");
        // and it hears that the key is no good any more
        keys.note(Secrets.digest("k"), null);
        assertThat(keys.organisation("k")).isEmpty();
    }
}
