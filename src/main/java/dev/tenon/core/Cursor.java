package dev.tenon.core;

import org.jspecify.annotations.Nullable;

/** Where a page starts (after the row with this id, which may be gone), how many rows it has, and its direction. */
public record Cursor(@Nullable String after, int limit, Order order) {

    /** Newest first is the default of every list. */
    public enum Order {
        DESC,
        ASC
    }

    /** Checks the raw query parameters; a limit outside {@code 1..max} is refused by name. */
    public static Cursor of(
            @Nullable String after, @Nullable Integer limit, @Nullable String order, int standard, int max) {
        int rows = limit == null ? standard : limit;
        if (rows < 1 || rows > max) {
            throw Problem.invalid(
                    "limit", "invalid_limit", "'limit' must be between 1 and %d, not %d.".formatted(max, rows));
        }
        if (order != null && !order.equals("asc") && !order.equals("desc")) {
            throw Problem.invalid(
                    "order", "invalid_order", "'order' must be 'asc' or 'desc', not '%s'.".formatted(order));
        }
        return new Cursor(after, rows, "asc".equals(order) ? Order.ASC : Order.DESC);
    }
}
