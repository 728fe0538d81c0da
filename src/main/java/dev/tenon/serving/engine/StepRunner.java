package dev.tenon.serving.engine;

import dev.tenon.model.CausalModel;
import dev.tenon.model.KvCache;
import dev.tenon.model.LogitsRoom;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.EngineFailure;
import dev.tenon.tensor.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One step of the loop: which rows take part with how many tokens, the model's pass, and the choice of tokens. */
final class StepRunner implements AutoCloseable {
    /** The part of the bytes for adapters that copies of running ones may take beside them. */
    private static final int JOINED_SHARE = 4;

    private final CausalModel model;
    private final KvCache cache;
    private final RunningRows running;
    private final EngineListener listener;
    private final int prefillTokens;
    private final int draftTokens;
    private final List<Joined> joined;
    private final LogitsRoom room = new LogitsRoom();
    private final ChoiceRoom arrays = new ChoiceRoom();

    StepRunner(
            CausalModel model, KvCache cache, RunningRows running, EngineListener listener, EngineSettings settings) {
        this.model = model;
        this.cache = cache;
        this.running = running;
        this.listener = listener;
        this.prefillTokens = settings.prefillTokens();
        this.draftTokens = settings.draftTokens();
        this.joined = List.of(
                new JoinedChannels(model, settings.adapterBytes()),
                new JoinedBottlenecks(model, settings.adapterBytes() / JOINED_SHARE));
    }

    /** Runs a step and returns the rows that lost their pages to others and wait again. */
    List<ActiveRow> run() {
        long begun = System.nanoTime();
        var displaced = new ArrayList<ActiveRow>();
        var shares = plan(displaced);
        if (!shares.isEmpty()) {
            compute(shares);
            int tokens = shares.stream().mapToInt(StepShare::width).sum();
            int adapters = adapters(shares.stream().map(StepShare::row)).size();
            listener.step(Duration.ofNanos(System.nanoTime() - begun), shares.size(), tokens, adapters);
        }
        return displaced;
    }

    private static Set<EngineAdapter> adapters(Stream<ActiveRow> rows) {
        return rows.map(row -> row.request.adapter())
                .filter(adapter -> adapter != EngineAdapter.NONE)
                .collect(Collectors.toSet());
    }

    /** Lets go of adapters of which no row runs any more: who asked for them may have closed them. */
    void forgetEnded() {
        var adapters = adapters(running.rows().stream());
        joined.forEach(kind -> kind.keepOnly(adapters));
    }

    /**
     * Every row with one token left takes part; the others share what these leave of the budget, oldest first. A step of as
     * many tokens as are allowed is thus always of the same number, for which there may be a recording.
     */
    private List<StepShare> plan(List<ActiveRow> displaced) {
        var shares = new ArrayList<StepShare>();
        int decoding =
                (int) running.rows().stream().filter(row -> row.left() == 1).count();
        int budget = Math.max((prefillTokens + 1) / 2, prefillTokens - decoding);
        int ahead = running.rows().isEmpty() ? 0 : draftTokens / running.rows().size();
        for (ActiveRow row : List.copyOf(running.rows())) {
            int tokens = row.left() == 1 ? 1 : Math.min(row.left(), budget);
            if (tokens > 0 && row.place >= 0 && running.reserve(row, tokens, displaced)) {
                shares.add(new StepShare(row, tokens, draft(row, ahead)));
                budget -= row.left() == 1 ? 0 : tokens;
            }
        }
        shares.removeIf(share -> share.row().place < 0);
        return shares;
    }

    /** What is tried out for a row beyond its next token: only where that pushes nobody out. */
    private long[] draft(ActiveRow row, int most) {
        if (most == 0 || row.left() != 1 || !row.request.sink().takesLikeliest()) {
            return ActiveRow.NOTHING;
        }
        long[] draft = row.draft(most);
        return running.reserveSpare(row, 1 + draft.length) ? draft : ActiveRow.NOTHING;
    }

    private void compute(List<StepShare> shares) {
        try {
            var seating = running.seat(shares);
            take(seating.shares(), pass(seating));
        } catch (EngineFailure e) {
            if (shares.size() == 1) {
                running.fail(shares.getFirst().row(), e);
            } else if (e.outOfMemory()) {
                shed(shares, e);
            } else {
                // one row's adapter may be at fault: alone, only that one fails
                shares.forEach(share -> compute(List.of(share)));
            }
        }
    }

    /** Out of memory with several rows: the one that came last is given up, the others try again. */
    private void shed(List<StepShare> shares, EngineFailure failure) {
        Engine.releaseCachedMemory();
        running.fail(shares.getLast().row(), failure);
        compute(shares.subList(0, shares.size() - 1));
    }

    private StepChoice pass(Seating seating) {
        var shares = seating.shares();
        var adapters = adapters(shares.stream().map(StepShare::row));
        forgetEnded(); // some of the step may have failed before
        joined.forEach(kind -> kind.seat(adapters));
        try (var scope = Scope.open()) {
            var mixing = new PooledMixing(seating.byHooks(), seating.lanes(), joined);
            var logits = model.step(shares.stream().map(StepShare::tokensOf).toList(), cache, mixing, room);
            return StepChoice.of(StepChoice.Asking.of(shares), logits, room.gave(logits), arrays);
        }
    }

    private void take(List<StepShare> shares, StepChoice choice) {
        var wanted = shares.stream().filter(StepShare::wanted).toList();
        shares.stream().filter(share -> !share.wanted()).forEach(share -> running.advance(share.row(), share.tokens()));
        var taken = choice.handOut();
        for (int i = 0; i < wanted.size(); i++) {
            keep(wanted.get(i), taken.get(i).taken());
        }
        for (int i = 0; i < wanted.size(); i++) {
            follow(wanted.get(i).row(), taken.get(i));
        }
    }

    /** Keeps what was computed of the row's tokens and of those that were guessed right. */
    private void keep(StepShare share, int taken) {
        int right = Math.max(0, taken - 1);
        for (int i = 0; i < right; i++) {
            share.row().append((int) share.draft()[i]);
        }
        running.advance(share.row(), share.tokens() + right);
        if (share.draft().length > 0) {
            running.forgetBeyond(share.row());
            share.row().tried(right);
            listener.drafted(share.draft().length, right);
        }
    }

    private void follow(ActiveRow row, StepChoice.Taken taken) {
        long now = System.nanoTime();
        var failure = taken.failure();
        if (failure != null) {
            running.end(row, failure);
            return;
        }
        if (row.lastToken == 0) {
            listener.firstToken(Duration.ofNanos(now - row.arrived));
        } else {
            listener.nextToken(Duration.ofNanos(now - row.lastToken));
        }
        for (int i = 1; i < taken.taken(); i++) {
            listener.nextToken(Duration.ZERO); // they came together
        }
        row.lastToken = now;
        if (row.request.sink().finished()) {
            running.end(row, null);
        } else {
            row.append(row.request.sink().last());
        }
    }

    /** Frees what steps have in common. */
    @Override
    public void close() {
        joined.forEach(Joined::close);
        room.close();
    }
}
