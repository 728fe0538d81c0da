package dev.tenon.core;

import java.util.List;
import java.util.function.Function;

/** One page of a list that is ordered by (created_at, id); {@code hasMore} says whether another follows. */
public record Page<T>(List<T> items, boolean hasMore) {

    public Page {
        items = List.copyOf(items);
    }

    /** Cuts a page out of {@code limit + 1} rows that were read. */
    public static <T> Page<T> of(List<T> rows, int limit) {
        return rows.size() > limit ? new Page<>(rows.subList(0, limit), true) : new Page<>(rows, false);
    }

    public <R> Page<R> map(Function<? super T, ? extends R> function) {
        return new Page<>(items.stream().<R>map(function).toList(), hasMore);
    }
}
