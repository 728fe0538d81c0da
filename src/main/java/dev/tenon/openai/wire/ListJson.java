package dev.tenon.openai.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tenon.core.Page;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A page of a list. Node stops at {@code has_more} false, Java and older Python only at an empty page, so a page past
 * the end is an ordinary answer.
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record ListJson<T>(
        String object,
        List<T> data,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String firstId,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String lastId,
        boolean hasMore) {

    public static <V, T> ListJson<T> of(
            Page<V> page, Function<? super V, ? extends T> json, Function<? super V, String> id) {
        var items = page.items();
        return new ListJson<>(
                "list",
                items.stream().<T>map(json).toList(),
                items.isEmpty() ? null : id.apply(items.getFirst()),
                items.isEmpty() ? null : id.apply(items.getLast()),
                page.hasMore());
    }
}
