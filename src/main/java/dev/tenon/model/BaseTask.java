package dev.tenon.model;

import java.util.Locale;

/** What a base model can be tuned for. */
public enum BaseTask {
    /** Writing text, token by token. */
    GENERATION,
    /** One label for a text. */
    CLASSIFICATION,
    /** One label for every word. */
    TAGGING,
    /** Guessing masked tokens, which moves an encoder towards a field or a language. */
    MASKED_LM;

    /** As people and the API write it, for example {@code masked-lm}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
