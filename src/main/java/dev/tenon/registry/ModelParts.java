package dev.tenon.registry;

import dev.tenon.core.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A composition taken apart: {@code base+a:0.7+b@2:r4:0.3}. The base may be left out; each adapter may have a weight
 * (1 when it names none) and the rank to cut it to, in any order behind its name.
 */
record ModelParts(String whole, List<Part> parts) {
    private static final int PARTS = 16;
    private static final double HEAVIEST = 1e6;
    private static final int HIGHEST_RANK = 4096;
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]*\\.?[0-9]*([eE][+-]?[0-9]{1,3})?");
    private static final Pattern RANK = Pattern.compile("r[0-9]{1,9}");

    /** One name of a composition; a null weight means that none is written. */
    record Part(
            String text,
            String name,
            @Nullable Double weight,
            @Nullable Integer rank) {
        boolean plain() {
            return weight == null && rank == null;
        }
    }

    /** The parts of a text that is more than one plain name. */
    static Optional<ModelParts> find(String text) {
        if (text.indexOf('+') < 0 && text.indexOf(':') < 0) {
            return Optional.empty();
        }
        var found = parse(text);
        return found.parts().size() == 1 && found.parts().getFirst().plain() ? Optional.empty() : Optional.of(found);
    }

    static ModelParts parse(String text) {
        var parts = new ArrayList<Part>();
        int from = 0;
        for (int to = end(text, from); ; to = end(text, from)) {
            parts.add(part(text, parts.size() + 1, text.substring(from, to)));
            if (parts.size() > PARTS) {
                throw refuse(text, "it has more than %d parts.".formatted(PARTS));
            }
            if (to == text.length()) {
                return new ModelParts(text, parts);
            }
            from = to + 1;
        }
    }

    /** The next plus that is not the sign of a number, as those of {@code a:+0.5} and {@code a:1e+2} are. */
    private static int end(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            boolean sign = i > from
                    && (text.charAt(i - 1) == ':' || text.substring(from, i).matches(".*:[+-]?[0-9.]+[eE]"));
            if (text.charAt(i) == '+' && !sign) {
                return i;
            }
        }
        return text.length();
    }

    private static Part part(String whole, int number, String text) {
        var name = text;
        Double weight = null;
        Integer rank = null;
        for (int colon = name.lastIndexOf(':'); colon > 0; colon = name.lastIndexOf(':')) {
            var suffix = name.substring(colon + 1);
            if (rank == null && RANK.matcher(suffix).matches()) {
                rank = Integer.valueOf(suffix.substring(1));
            } else if (weight == null
                    && suffix.matches(".*[0-9].*")
                    && NUMBER.matcher(suffix).matches()) {
                weight = Double.valueOf(suffix);
            } else {
                break;
            }
            name = name.substring(0, colon);
        }
        if (name.isBlank() || name.startsWith(":") || name.endsWith(":")) {
            throw refuse(whole, number, text, "has no name, or an empty weight.");
        }
        if (weight != null && !(Math.abs(weight) <= HEAVIEST)) {
            throw refuse(whole, number, text, "has a weight outside -1e6 to 1e6.");
        }
        if (rank != null && (rank < 1 || rank > HIGHEST_RANK)) {
            throw refuse(whole, number, text, "has a rank outside 1 to %d.".formatted(HIGHEST_RANK));
        }
        return new Part(text, name, weight, rank);
    }

    Problem refuse(int number, String reason) {
        return refuse(whole, number, parts.get(number - 1).text(), reason);
    }

    private static Problem refuse(String whole, int number, String text, String reason) {
        return refuse(whole, "its part %d, '%s', %s".formatted(number, text, reason));
    }

    private static Problem refuse(String whole, String reason) {
        return Problem.invalid(
                "model",
                "invalid_composition",
                "'%s' cannot be composed: %s Write 'base+name:weight+name:weight', or 'name:r4' for a rank."
                        .formatted(whole, reason));
    }
}
