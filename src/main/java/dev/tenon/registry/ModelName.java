package dev.tenon.registry;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A model name taken apart: {@code name}, {@code name@3}, {@code name@alias}, {@code ft:…} or {@code ft:…:ckpt-step-N}. */
record ModelName(Kind kind, String name, @Nullable String selector) {
    private static final Pattern CHECKPOINT = Pattern.compile("ft:.+:ckpt-step-[0-9]{1,9}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    /** The alias that always means the highest version number. */
    static final String LATEST = "latest";

    enum Kind {
        NAME,
        MINTED,
        CHECKPOINT
    }

    static ModelName parse(String text) {
        if (CHECKPOINT.matcher(text).matches()) {
            return new ModelName(Kind.CHECKPOINT, text, null);
        }
        if (text.startsWith("ft:")) {
            return new ModelName(Kind.MINTED, text, null);
        }
        int at = text.lastIndexOf('@');
        return at < 0
                ? new ModelName(Kind.NAME, text, null)
                : new ModelName(Kind.NAME, text.substring(0, at), text.substring(at + 1));
    }

    @Nullable
    Integer version() {
        return selector != null && NUMBER.matcher(selector).matches() ? Integer.valueOf(selector) : null;
    }

    boolean latest() {
        return selector == null || selector.equals(LATEST);
    }
}
