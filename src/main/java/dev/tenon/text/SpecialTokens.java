package dev.tenon.text;

import org.jspecify.annotations.Nullable;

/** The begin, end and padding tokens that a model declares, as strings and as ids; null where it has none. */
public record SpecialTokens(
        @Nullable String bos,
        @Nullable Integer bosId,
        @Nullable String eos,
        @Nullable Integer eosId,
        @Nullable String pad,
        @Nullable Integer padId) {

    /** No special tokens at all. */
    public static final SpecialTokens NONE = new SpecialTokens(null, null, null, null, null, null);
}
