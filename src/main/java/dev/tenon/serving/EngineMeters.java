package dev.tenon.serving;

import dev.tenon.model.PageUse;
import dev.tenon.serving.engine.EngineListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What one engine does, as meters. Their tags are the base model and a few fixed words, never the name of an adapter. */
final class EngineMeters implements EngineListener {
    private static final String PREFIX = BatchMeters.PREFIX;

    private final MeterRegistry registry;
    private final Tags tags;
    private final BatchMeters batches;
    private final Timer firstToken;
    private final Timer nextToken;
    private final AtomicLong heldPages;
    private final AtomicLong keptPages;
    private final AtomicLong adapterPages;
    private final AtomicLong keptAdapterPages;
    private final AtomicLong emptyPages;
    private final AtomicLong usedRanks;
    private final AtomicLong keptRanks;
    private final AtomicLong waiting;
    private final AtomicLong oldest = new AtomicLong();
    private final Counter adapterHits;
    private final Counter adapterMisses;
    private final Counter hits;
    private final Counter misses;
    private final Counter guessed;
    private final Counter guessedInVain;
    private final Counter loads;
    private final Counter loadedBytes;
    private final Counter evictions;
    private final Counter preemptions;
    private final Counter sheds;

    EngineMeters(MeterRegistry registry, String baseModel) {
        this.registry = registry;
        this.tags = Tags.of("base_model", baseModel);
        batches = new BatchMeters(registry, baseModel);
        firstToken = batches.timer("first.token", "From the arrival of a request to its first token");
        nextToken = batches.timer("next.token", "Between two tokens of an answer");
        heldPages = pages("text", "used");
        keptPages = pages("text", "kept");
        adapterPages = pages("adapter", "used");
        keptAdapterPages = pages("adapter", "kept");
        emptyPages = pages("none", "empty");
        usedRanks = gauge("adapter.ranks", "Ranks of adapters on the device", Tags.of("state", "running"));
        keptRanks = gauge("adapter.ranks", "Ranks of adapters on the device", Tags.of("state", "kept"));
        waiting = gauge("waiting", "Requests that wait for a place", Tags.empty());
        TimeGauge.builder(PREFIX + "queue.age", this::age, TimeUnit.NANOSECONDS)
                .description("How long the request that came first of those that wait for a place has waited")
                .tags(tags)
                .register(registry);
        adapterHits = counter("adapter.lookups", "Adapters of requests", Tags.of("result", "hit"));
        adapterMisses = counter("adapter.lookups", "Adapters of requests", Tags.of("result", "miss"));
        hits = counter("prefix.pages", "Pages of prompts", Tags.of("result", "hit"));
        misses = counter("prefix.pages", "Pages of prompts", Tags.of("result", "miss"));
        guessed = counter("draft.tokens", "Tokens that were tried out ahead", Tags.of("result", "right"));
        guessedInVain = counter("draft.tokens", "Tokens that were tried out ahead", Tags.of("result", "wrong"));
        loads = counter("adapter.loads", "Adapters copied onto the device", Tags.empty());
        loadedBytes = counter("adapter.loaded.bytes", "Bytes of adapters copied onto the device", Tags.empty());
        evictions = counter("adapter.evictions", "Adapters that left the device for others", Tags.empty());
        preemptions = counter("preemptions", "Requests that gave their pages to others", Tags.empty());
        sheds = counter("sheds", "Requests that were given up for lack of memory", Tags.empty());
    }

    private long age() {
        return waiting.get() == 0 ? 0 : System.nanoTime() - oldest.get();
    }

    private AtomicLong gauge(String name, String description, Tags more) {
        var value = new AtomicLong();
        Gauge.builder(PREFIX + name, value, AtomicLong::get)
                .description(description)
                .tags(tags.and(more))
                .register(registry);
        return value;
    }

    private AtomicLong pages(String kind, String state) {
        return gauge("pages", "Pages of the device's memory", Tags.of("kind", kind, "state", state));
    }

    private Counter counter(String name, String description, Tags more) {
        return Counter.builder(PREFIX + name)
                .description(description)
                .tags(tags.and(more))
                .register(registry);
    }

    @Override
    public void admitted(Duration waited) {
        batches.admitted(waited);
    }

    @Override
    public void firstToken(Duration since) {
        firstToken.record(since);
    }

    @Override
    public void nextToken(Duration since) {
        nextToken.record(since);
    }

    @Override
    public void step(Duration took, int rows, int tokens, int adapters) {
        batches.step(took, rows, tokens, adapters);
    }

    @Override
    public void pages(PageUse use) {
        heldPages.set(use.sequences());
        keptPages.set(use.keptOfSequences());
        adapterPages.set(use.runs());
        keptAdapterPages.set(use.keptRuns());
        emptyPages.set(use.empty());
    }

    @Override
    public void ranks(int used, int kept) {
        usedRanks.set(used);
        keptRanks.set(kept);
    }

    @Override
    public void waiting(int requests, long oldest) {
        this.oldest.set(oldest);
        waiting.set(requests);
    }

    @Override
    public void adapterLooked(boolean hit) {
        (hit ? adapterHits : adapterMisses).increment();
    }

    @Override
    public void prefixLooked(int hits, int misses) {
        this.hits.increment(hits);
        this.misses.increment(misses);
    }

    @Override
    public void drafted(int tokens, int right) {
        guessed.increment(right);
        guessedInVain.increment(tokens - (double) right);
    }

    @Override
    public void loaded(long bytes) {
        loads.increment();
        loadedBytes.increment(bytes);
    }

    @Override
    public void evicted() {
        evictions.increment();
    }

    @Override
    public void preempted() {
        preemptions.increment();
    }

    @Override
    public void shed() {
        sheds.increment();
    }
}
