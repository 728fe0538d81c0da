package dev.tenon.serving.engine;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.Mergeable;
import dev.tenon.method.OwnTensors;
import dev.tenon.model.CausalModel;
import dev.tenon.model.ChannelPlace;
import dev.tenon.model.Hooks;
import dev.tenon.model.SiteGroup;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An adapter as the engine runs it. What is nothing but low-rank pairs is packed once, and all rows of such adapters
 * share one product a site; what is nothing but vectors on channels or bottlenecks is joined with its like while it runs;
 * every other method acts on the rows of its own span through its hooks. Whatever it is, it lies in the host's memory and
 * comes to pages of the device for the rows that use it.
 */
public final class EngineAdapter implements AutoCloseable {
    /** No adapter. */
    public static final EngineAdapter NONE = new EngineAdapter("", Hooks.NONE, null, Set.of(), null, 0, () -> {});

    private final String key;
    private final Hooks hooks;
    private final @Nullable Packed packed;
    private final Set<ChannelPlace> channels;
    private final @Nullable NarrowForm narrow;
    private final long bytes;
    private final Runnable free;

    private EngineAdapter(
            String key,
            Hooks hooks,
            @Nullable Packed packed,
            Set<ChannelPlace> channels,
            @Nullable NarrowForm narrow,
            long bytes,
            Runnable free) {
        this.key = key;
        this.hooks = hooks;
        this.packed = packed;
        this.channels = Set.copyOf(channels);
        this.narrow = narrow;
        this.bytes = bytes;
        this.free = free;
    }

    /**
     * Makes an adapter ready and owns it from then on.
     *
     * @param key names the content
     * @throws Problem 400 where a weight is not a number, which would spoil more than this adapter's answers
     */
    public static EngineAdapter of(CausalModel model, Adapter adapter, String key) {
        return of(model, adapter.hooks(), adapter.tensors(), key, adapter::close);
    }

    /**
     * The same for hooks of several parts.
     *
     * @param tensors all that the hooks compute with
     * @param close frees them
     */
    public static EngineAdapter of(
            CausalModel model, Hooks hooks, Collection<Tensor> tensors, String key, Runnable close) {
        var owner = Scope.detached();
        try (var scope = Scope.open()) {
            var pairs = hooks.lowRankOnly();
            if (pairs.isEmpty()) {
                requireFinite(tensors);
                var channels = hooks.channelsOnly(model).keySet();
                var narrow = NarrowForm.of(hooks.bottlenecksOnly());
                var packed = PackedTensors.of(tensors, model.type(), owner);
                Runnable free = () -> {
                    packed.forget();
                    owner.close();
                    close.run();
                };
                return new EngineAdapter(key, hooks, packed, channels, narrow, packed.bytes(), free);
            }
            var packed = PackedRanks.of(model, pairs, owner);
            requireFinite(List.of(packed.values()));
            Runnable free = () -> {
                packed.forget();
                owner.close();
            };
            var ready = new EngineAdapter(key, new Pooled(), packed, Set.of(), null, packed.bytes(), free);
            close.run();
            return ready;
        } catch (RuntimeException e) {
            owner.close();
            close.run();
            throw e;
        }
    }

    /**
     * Bytes of the tensors that folding an adapter copies, those too that lie in one piece with them; a bias that is new to
     * the model is not counted.
     */
    public static long foldedBytes(CausalModel model, Mergeable adapter) {
        var names = new LinkedHashSet<>(adapter.foldedNames());
        for (SiteGroup group : model.groups()) {
            for (String kind : List.of(".weight", ".bias")) {
                var all = group.sites().stream().map(site -> site.path() + kind).toList();
                boolean joined =
                        group.sites().stream().allMatch(site -> site.matrix().form() == null);
                if (joined && all.stream().anyMatch(names::contains)) {
                    names.addAll(all);
                }
            }
        }
        try (var scope = Scope.open()) {
            return names.stream()
                    .map(name -> BaseTensors.find(model, name))
                    .filter(Objects::nonNull)
                    .mapToLong(tensor -> tensor.elements() * model.type().bytes())
                    .sum();
        }
    }

    /**
     * An adapter folded into copies of the tensors that it changes, which costs their bytes and no arithmetic beyond the
     * base's; all other tensors are the base's own, which go on serving everybody. The adapter is used up.
     *
     * @param key names the content
     * @throws Problem 400 where a weight is not a number
     */
    public static EngineAdapter folded(CausalModel model, Mergeable adapter, String key) {
        var owner = Scope.detached();
        try (adapter;
                var scope = Scope.open()) {
            long bytes = foldedBytes(model, adapter);
            var copies = new LinkedHashMap<String, Tensor>();
            for (String name : adapter.foldedNames()) {
                copies.put(name, adapter.folded(name).to(model.type()));
            }
            requireFinite(copies.values());
            var whole = model.with(copies);
            var own = new OwnTensors(whole);
            if (whole == null) {
                copies.forEach((name, copy) -> own.put(name, owner.own(copy)));
                var channels = own.channelsOnly(model).keySet();
                return new EngineAdapter(key, own, null, channels, null, bytes, owner::close);
            }
            copies.keySet().forEach(name -> own.put(name, BaseTensors.require(whole, name)));
            return new EngineAdapter(key, own, null, Set.of(), null, bytes, whole::close);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /** The bytes that {@link #of} will come to, before any of it is made. */
    public static long bytesOf(CausalModel model, Hooks hooks, Collection<Tensor> tensors) {
        try (var scope = Scope.open()) {
            var pairs = hooks.lowRankOnly();
            if (pairs.isEmpty()) {
                return PackedTensors.bytesOf(tensors);
            }
            long largest = pairs.values().stream()
                    .mapToLong(pair -> pair.joined().rank())
                    .max()
                    .orElse(1);
            return (long) RankLayout.of(model, pairs.keySet(), (int) largest).width()
                    * model.type().bytes();
        }
    }

    private static void requireFinite(Collection<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            if (tensor.dtype().isFloating()
                    && tensor.elements() > 0
                    && !Double.isFinite(tensor.detach().abs().max().item())) {
                throw Problem.invalid(
                        "file", "not_finite", "The adapter has a weight that is not a finite number in this type.");
            }
        }
    }

    /** Hooks that change nothing, as the pool does the work; they tell one adapter's rows from another's. */
    private static final class Pooled implements Hooks {}

    public String key() {
        return key;
    }

    /** Bytes of its weights. */
    public long bytes() {
        return bytes;
    }

    /** Whether it is low-rank pairs, whose rows share their products with those of other adapters. */
    public boolean isPooled() {
        return packed instanceof PackedRanks;
    }

    /** Whether rows of it and of others are computed together, in products or in operations on channels. */
    public boolean isShared() {
        return isPooled() || !channels.isEmpty() || narrow != null;
    }

    /** What its bottlenecks have in common with others' where it is nothing but bottlenecks. */
    @Nullable
    NarrowForm narrow() {
        return narrow;
    }

    /** The places of its vectors where it is nothing but vectors on channels. */
    Set<ChannelPlace> channels() {
        return channels;
    }

    Hooks hooks() {
        return hooks;
    }

    /** What goes to the device's pages; null where nothing does. */
    @Nullable
    Packed packed() {
        return packed;
    }

    /** Positions before every sequence. */
    public int prefixLength() {
        return hooks.prefixLength();
    }

    @Override
    public void close() {
        free.run();
    }
}
