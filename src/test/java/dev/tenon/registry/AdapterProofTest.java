package dev.tenon.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Promise: an adapter that does nothing, or not everywhere it was declared for, never becomes a version. */
class AdapterProofTest {
    private static final List<String> MATCHED =
            List.of("model.layers.0.self_attn.q_proj", "model.layers.0.mlp.up_proj");

    @Test
    void holdsWhenAllMatchedAndTheLogitsMoved() {
        assertThat(AdapterProof.flaw(Map.of("targets", List.of("q_proj", "up_proj")), proof(MATCHED, 0.01)))
                .isEmpty();
        assertThat(AdapterProof.flaw(Map.of("targets", List.of("all-linear")), proof(MATCHED, 0.01)))
                .isEmpty();
    }

    @Test
    void namesTheModuleThatIsMissing() {
        assertThat(AdapterProof.flaw(Map.of("targets", List.of("q_proj", "roj")), proof(MATCHED, 0.01)))
                .hasValueSatisfying(flaw -> assertThat(flaw).contains("'roj'"));
    }

    @Test
    void fallsWithoutMatchesOrWithoutEffect() {
        assertThat(AdapterProof.flaw(Map.of(), proof(List.of(), 1))).isPresent();
        assertThat(AdapterProof.flaw(Map.of(), proof(MATCHED, 0))).isPresent();
        assertThat(AdapterProof.flaw(Map.of(), proof(MATCHED, Double.NaN))).isPresent();
        assertThat(AdapterProof.flaw(Map.of(), Map.of("matched_modules", MATCHED)))
                .isPresent();
    }

    private static Map<String, Object> proof(List<String> matched, double change) {
        return Map.of("matched_modules", matched, "probe_max_logit_change", change);
    }
}
