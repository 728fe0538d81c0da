package dev.tenon.registry;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Shows that an adapter is not empty air: every module it was declared for was found in the model, and the answer to
 * a probe prompt changed. Anything less makes the job fail instead of making a version.
 */
public final class AdapterProof {
    private static final List<String> TARGET_KEYS = List.of("targets", "target_modules");

    private AdapterProof() {}

    /** What is wrong with the proof, in one sentence; empty when it holds. */
    public static Optional<String> flaw(Map<String, Object> adapter, Map<String, Object> proof) {
        var matched = strings(proof.get("matched_modules"));
        if (matched.isEmpty()) {
            return Optional.of("The adapter matched no module of the base model.");
        }
        for (var key : TARGET_KEYS) {
            for (var target : strings(adapter.get(key))) {
                if (!target.equals("all-linear")
                        && matched.stream().noneMatch(name -> name.equals(target) || name.endsWith("." + target))) {
                    return Optional.of(
                            "The adapter was declared for '%s', but no module of the base model has that name."
                                    .formatted(target));
                }
            }
        }
        var change = proof.get("probe_max_logit_change");
        if (change instanceof Number number && Double.isNaN(number.doubleValue()) || "NaN".equals(change)) {
            return Optional.of(
                    "The trained adapter answers the probe prompt with no numbers (NaN): training diverged in its"
                            + " last step. Try a smaller learning_rate_multiplier.");
        }
        if (!(change instanceof Number number) || !(number.doubleValue() > 0)) {
            return Optional.of("The trained adapter does not change the model's answer: the probe prompt's logits are"
                    + " the same with and without it.");
        }
        return Optional.empty();
    }

    private static List<String> strings(@Nullable Object value) {
        return value instanceof Collection<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }
}
