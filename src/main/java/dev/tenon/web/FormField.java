package dev.tenon.web;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One field of a form that was made from a JSON Schema.
 *
 * @param name the request parameter, {@code adapter.rank}; also what a problem's {@code param} names
 * @param control {@code number}, {@code check}, {@code choice}, {@code choices}, {@code list}, {@code json} or {@code text}
 * @param values what it holds now: one text, or several of {@code choices}
 * @param limits the allowed range in words, empty when there is none
 */
public record FormField(
        String name,
        String title,
        String description,
        String control,
        List<String> values,
        List<String> options,
        @Nullable String minimum,
        @Nullable String maximum,
        String step,
        String limits,
        boolean advanced) {

    public String value() {
        return values.isEmpty() ? "" : values.getFirst();
    }

    /** The field's id in the page; dots would need escaping in selectors. */
    public String id() {
        return "f-" + name.replaceAll("[^A-Za-z0-9_-]", "-");
    }
}
