package dev.tenon.method;

import dev.tenon.core.Problem;
import java.util.HashSet;
import java.util.List;

/** The names of finished adapters in the settings of a method that is made of them. */
public final class SourceNames {
    private static final int FEWEST = 2;
    private static final int MOST = 32;
    private static final String FIELD = "adapter." + MadeOfAdapters.SOURCES;

    private SourceNames() {}

    /**
     * The names, if they are some and each stands once.
     *
     * @throws Problem 400 naming the field
     */
    public static List<String> require(List<String> names) {
        if (names.size() < FEWEST || names.size() > MOST) {
            throw Problem.invalid(
                    FIELD,
                    "invalid_value",
                    "'%s' needs %d to %d names of your adapters, such as [\"first@1\", \"second@3\"]."
                            .formatted(FIELD, FEWEST, MOST));
        }
        var seen = new HashSet<String>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).isBlank() || !seen.add(names.get(i))) {
                throw Problem.invalid(
                        field(i),
                        "invalid_value",
                        "'%s' is '%s', which is %s."
                                .formatted(field(i), names.get(i), names.get(i).isBlank() ? "no name" : "named twice"));
            }
        }
        return List.copyOf(names);
    }

    /** What names one of them in a refusal. */
    public static String field(int index) {
        return "%s[%d]".formatted(FIELD, index);
    }

    /** The refusal of an adapter that is asked for without what it is made of. */
    public static Problem missing(String method) {
        return Problem.invalid(
                FIELD,
                "sources_missing",
                "'%s' of the method '%s' are finished adapters, and none were given to make one of."
                        .formatted(FIELD, method));
    }
}
