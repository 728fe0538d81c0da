package dev.tenon.method;

import dev.tenon.core.Problem;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which modules a method takes, by PEFT's rules: a list names modules by whole path or by the last parts of it; a
 * single text is a regular expression for whole paths.
 *
 * @param pattern the expression, or null where {@code names} decide
 */
public record ModuleNames(@Nullable String pattern, List<String> names) {
    public ModuleNames {
        names = List.copyOf(names);
    }

    public static ModuleNames of(String... names) {
        return new ModuleNames(null, List.of(names));
    }

    public static ModuleNames matching(String pattern) {
        return new ModuleNames(pattern, List.of());
    }

    public boolean isEmpty() {
        return pattern == null && names.isEmpty();
    }

    /** Whether a module of this path is taken. */
    public boolean take(String path) {
        if (pattern != null) {
            return matches(pattern, path);
        }
        return names.stream().anyMatch(name -> path.equals(name) || path.endsWith("." + name));
    }

    /**
     * Whether an expression that a user wrote matches a whole path.
     *
     * @throws Problem 400 when the expression backtracks without end
     */
    public static boolean matches(String pattern, String path) {
        return Pattern.compile(pattern).matcher(new Watched(path, new int[1])).matches();
    }

    /** Counts the looks at a text, which bounds the time that an expression may take. */
    private record Watched(String text, int[] looks) implements CharSequence {
        private static final int MOST_LOOKS = 200_000;

        @Override
        public char charAt(int index) {
            if (looks[0]++ > MOST_LOOKS) {
                throw Problem.invalid(
                        "adapter", "pattern_too_slow", "A regular expression for module names takes too long.");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Watched(text.substring(start, end), looks);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** What a refusal adds for somebody who meant a name where an expression stands. */
    public String hint() {
        return pattern == null ? "" : " A single text is a regular expression for whole paths: give names as a list.";
    }

    /** As it stands in JSON: the text or the list. */
    public Object json() {
        return pattern != null ? pattern : names;
    }
}
