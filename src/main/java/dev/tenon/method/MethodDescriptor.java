package dev.tenon.method;

import java.util.Set;

/**
 * A method's card.
 *
 * @param id the name of its package, as jobs name it
 * @param title what people call it
 * @param family the kind of method, for example {@code low-rank}
 * @param summary what it does and when to use it, in one or two sentences
 * @param equation what it computes, in plain text
 * @param paper authors, year, title and where to find it
 * @param modalities what its base models may read: {@code text}, {@code image}, {@code audio}
 * @param cost why a step takes more than 1.3 times a LoRA's of as many trained values; empty where it does not
 */
public record MethodDescriptor(
        String id,
        String title,
        String family,
        String summary,
        String equation,
        String paper,
        Set<String> modalities,
        String cost) {
    public MethodDescriptor {
        modalities = Set.copyOf(modalities);
    }

    /** A method whose steps take about as long as LoRA's. */
    public MethodDescriptor(
            String id,
            String title,
            String family,
            String summary,
            String equation,
            String paper,
            Set<String> modalities) {
        this(id, title, family, summary, equation, paper, modalities, "");
    }
}
