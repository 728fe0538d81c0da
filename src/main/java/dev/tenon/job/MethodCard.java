package dev.tenon.job;

import dev.tenon.method.MethodDescriptor;
import java.util.Collections;
import java.util.Set;

/**
 * One method as the catalogue shows it.
 *
 * @param capabilities names of the capability interfaces that it has
 * @param places kinds of places of a block that it changes, for example {@code q_proj} or {@code norm}
 */
public record MethodCard(MethodDescriptor descriptor, Set<String> capabilities, Set<String> places) {
    /** Capabilities of adapters of which a batch computes many together. */
    private static final Set<String> JOINED = Set.of("LowRankUpdates", "ChannelVectors", "BottleneckLayers");

    public MethodCard {
        capabilities = Set.copyOf(capabilities);
        places = Set.copyOf(places);
    }

    /** Whether its adapters can be folded into the base's weights, after which they cost nothing. */
    public boolean mergeable() {
        return capabilities.contains("Mergeable");
    }

    /** Whether several of its adapters can be summed in one answer. */
    public boolean composable() {
        return capabilities.contains("Composable");
    }

    /**
     * How rows of its adapters are computed in a batch with others: {@code shared}, many adapters in one product a layer or
     * place, or in one operation on channels, or {@code own}, each adapter for its own rows. On a CPU all of them share the
     * base's own products; on a card those of {@code own} have a step beside the others'.
     */
    public String batching() {
        return batching(capabilities);
    }

    static String batching(Set<String> capabilities) {
        return Collections.disjoint(capabilities, JOINED) ? "own" : "shared";
    }

    /** Whether its adapters are written in the files of Hugging Face PEFT. */
    public boolean portable() {
        return capabilities.contains("PeftFormat");
    }
}
