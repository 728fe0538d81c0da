package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tenon.model.BaseModelView;
import dev.tenon.model.ModelConfig;
import dev.tenon.serving.deployment.Residence;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who hears of what is in memory: each organisation by its own names, and everybody of what is everybody's. */
class SubjectTest {
    private static final ModelConfig CONFIG = ModelConfig.read(Path.of("src/main/resources/models/tenon-base-7m"));

    private static BaseModelView base(@Nullable String orgId, String name) {
        return new BaseModelView(orgId, name, "digest", "llama", 1, 1, CONFIG, "none", Instant.EPOCH);
    }

    @Test
    void aBaseThatAnOrganisationBroughtIsNamedToItAlone() {
        var shared = Subject.base(Residence.Kind.BASE, base(null, "ours"), null);
        assertThat(shared.names()).isEqualTo(Map.of(Residence.SHARED, List.of("ours")));
        var brought = Subject.base(Residence.Kind.BASE, base("org_1", "secret"), null);
        assertThat(brought.names()).isEqualTo(Map.of("org_1", List.of("secret")));
        // the same files: one place in memory, and each by its own names
        assertThat(brought.key()).isEqualTo(shared.key());
        var both = shared.with(brought);
        assertThat(both.names()).isEqualTo(Map.of(Residence.SHARED, List.of("ours"), "org_1", List.of("secret")));
        assertThat(both.knows(brought)).isTrue();
        assertThat(shared.knows(brought)).isFalse();
        assertThat(both.baseModel("org_1")).isEqualTo("secret");
        assertThat(both.baseModel(Residence.SHARED)).isEqualTo("ours");
    }

    @Test
    void anAdapterOnEqualFilesIsOnTheBaseThatEachCallsByItsName() {
        var first = Subject.of("key", Residence.Kind.ADAPTER, "digest", "secret", "org_1", "a@1");
        var both = first.with(Subject.of("key", Residence.Kind.ADAPTER, "digest", "other", "org_2", "b@1"))
                .with(Subject.of("key", Residence.Kind.ADAPTER, "digest", "secret", "org_1", "c@1"));
        var told = new LeasedCache.Residence<>(both, null, 0, 0, false, Instant.EPOCH).told();
        assertThat(told)
                .extracting(Residence::orgId, Residence::name, Residence::baseModel)
                .containsExactlyInAnyOrder(
                        tuple("org_1", "a@1", "secret"),
                        tuple("org_1", "c@1", "secret"),
                        tuple("org_2", "b@1", "other"));
    }
}
