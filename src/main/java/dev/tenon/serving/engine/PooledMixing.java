package dev.tenon.serving.engine;

import dev.tenon.model.Hooks;
import dev.tenon.model.MixedHooks;
import dev.tenon.model.Mixing;
import dev.tenon.model.RankUpdates;
import dev.tenon.model.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The mixing of one step: low-rank updates of many adapters are computed together, and so is what other kinds have in common;
 * the rest goes the way of {@link MixedHooks}, in which a row of such an adapter is one of the bare base.
 *
 * @param adapters the low-rank adapters of the step, by their hooks
 * @param lanes those of neighbouring rows that are computed in one product
 * @param joined the other kinds whose rows are computed together
 */
record PooledMixing(Map<Hooks, PlacedRanks> adapters, Seating.@Nullable Group lanes, List<? extends Joined> joined)
        implements Mixing {
    @Override
    public Hooks over(List<Span> spans) {
        // one alone goes its own way, which needs no rows to be told apart
        boolean several =
                spans.stream().anyMatch(span -> span.hooks() != spans.getFirst().hooks());
        var shared = several
                ? joined.stream()
                        .map(kind -> kind.over(spans))
                        .filter(Objects::nonNull)
                        .toList()
                : List.<Hooks>of();
        Hooks inner = MixedHooks.of(
                spans.stream()
                        .map(span ->
                                adapters.containsKey(span.hooks()) || several && isJoined(span) ? bare(span) : span)
                        .toList(),
                shared);
        int first = firstInLanes(spans);
        var parts = new ArrayList<PooledHooks.Part>();
        if (first >= 0 && lanes != null) {
            int rows = lanes.adapters().size();
            var place = new RankUpdates.Lanes(spans.get(first).start(), rows, lanes.each(), lanes.views());
            parts.add(PooledHooks.Part.of(place, lanes.layout()));
            addRuns(spans.subList(0, first), parts);
            addRuns(spans.subList(first + rows, spans.size()), parts);
        } else {
            addRuns(spans, parts);
        }
        return parts.isEmpty() ? inner : new PooledHooks(inner, parts);
    }

    private boolean isJoined(Span span) {
        return joined.stream().anyMatch(kind -> kind.has(span.hooks()));
    }

    private static Span bare(Span span) {
        return new Span(span.start(), span.count(), Hooks.NONE);
    }

    /** The span with which the rows of the lanes begin, −1 where they are not among these spans. */
    private int firstInLanes(List<Span> spans) {
        if (lanes == null) {
            return -1;
        }
        int rows = lanes.adapters().size();
        for (int first = 0; first + rows <= spans.size(); first++) {
            int same = 0;
            while (same < rows && sits(spans.get(first + same), same, lanes)) {
                same++;
            }
            if (same == rows) {
                return first;
            }
        }
        return -1;
    }

    private boolean sits(Span span, int lane, Seating.Group group) {
        return span.count() == group.each()
                && adapters.get(span.hooks()) == group.adapters().get(lane);
    }

    private void addRuns(List<Span> spans, List<PooledHooks.Part> parts) {
        @Nullable PlacedRanks before = null;
        int start = 0;
        int count = 0;
        for (Span span : spans) {
            var ranks = adapters.get(span.hooks());
            if (before != null && ranks != before) {
                parts.add(part(before, start, count));
            }
            start = ranks == before ? start : span.start();
            count = ranks == before ? count + span.count() : span.count();
            before = ranks;
        }
        if (before != null) {
            parts.add(part(before, start, count));
        }
    }

    private static PooledHooks.Part part(PlacedRanks ranks, int start, int count) {
        return PooledHooks.Part.of(new RankUpdates.Run(start, count, ranks, ranks.piece()), ranks.layout());
    }
}
