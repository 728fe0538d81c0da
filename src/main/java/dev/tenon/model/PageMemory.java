package dev.tenon.model;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One piece of a device's memory for keys, values and adapters, made once and divided into pages. Of a sequence, a page holds
 * 16 tokens' keys and values in all layers, {@code [layers, 16, 2 heads, size]}, keys before values. What is seen of one layer
 * are all such units from its own first one on, so that kernels for which only one layer were there find page p at
 * {@code p · layers}. A run of pages is flat memory for anything else in the model's type.
 */
public final class PageMemory implements AutoCloseable {
    private final Scope scope = Scope.detached();
    private final Tensor memory;
    private final List<Tensor> ofLayers = new ArrayList<>();
    private final TensorList layers;
    private final PagePool pool;
    /** Pages in which nothing can be but finite numbers of the model's type. */
    private final BitSet numbers = new BitSet();

    /** @param tables in which the numbers of pages stand that sequences hold */
    PageMemory(DecoderConfig config, Device device, DType type, int pages, PagePool.Mover tables) {
        int heads = 2 * config.keyValueHeads();
        pool = new PagePool(pages, (from, to) -> {
            move(from, to);
            tables.move(from, to);
        });
        try (var building = Scope.open()) {
            memory = scope.own(Tensors.empty(type, device, pages + 1L, elements(config)));
            Tensor units = memory.reshape((pages + 1L) * config.layers(), KvCache.PAGE, heads, config.headSize());
            for (int layer = 0; layer < config.layers(); layer++) {
                ofLayers.add(scope.own(units.slice(0, layer, units.size(0))));
            }
            layers = Kernels.hold("tensor_list", ofLayers);
            clean(0);
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /** Elements of one page. */
    static long elements(DecoderConfig config) {
        return 2L * config.layers() * KvCache.PAGE * config.keyValueHeads() * config.headSize();
    }

    public PagePool pool() {
        return pool;
    }

    /** Units by which the number of a page is multiplied for kernels. */
    int stride() {
        return ofLayers.size();
    }

    /** {@code [units, 16, 2 heads, size]} from a layer's first unit on. */
    Tensor layer(int layer) {
        return ofLayers.get(layer);
    }

    /** The same of every layer. */
    TensorList layers() {
        return layers;
    }

    /** A page for a sequence, with nothing in it but finite numbers, or 0. */
    int take() {
        int page = pool.take();
        clean(page);
        return page;
    }

    /** How many pages hold so many elements. */
    public int pagesFor(long elements) {
        return Math.toIntExact(Math.ceilDiv(elements, memory.size(1)));
    }

    /**
     * Pages in a row for so many elements, with anything in them, or null where what is held leaves no room. They are cleaned
     * when a sequence takes them.
     */
    public @Nullable PageRun takeRun(long elements, PageRun.Owner owner) {
        return pool.takeRun(pagesFor(elements), owner);
    }

    /** The first elements of a run, flat, as a view that belongs to the open scope. */
    public Tensor piece(PageRun run, long elements) {
        return memory.slice(0, run.first(), run.end())
                .reshape(run.count() * memory.size(1))
                .slice(0, 0, elements);
    }

    /** Masked places are multiplied by zero, which not every number forgives that may have been there before. */
    private void clean(int page) {
        if (!numbers.get(page)) {
            Kernels.inferNothing("clean_page", memory, page);
            numbers.set(page);
        }
    }

    /** A run will hold bytes of any meaning, so that its pages have to be cleaned before they are a sequence's. */
    public void holdsAnything(PageRun run) {
        numbers.clear(run.first(), run.end());
    }

    private void move(int[] from, int[] to) {
        try (var moving = Scope.open()) {
            Kernels.inferNothing("move_pages", memory, indices(from), indices(to));
        }
        var before = (BitSet) numbers.clone();
        for (int i = 0; i < from.length; i++) {
            numbers.set(to[i], before.get(from[i]));
        }
    }

    private Tensor indices(int[] pages) {
        return Tensors.of(Arrays.stream(pages).asLongStream().toArray(), memory.device(), pages.length);
    }

    @Override
    public void close() {
        layers.close();
        scope.close();
    }
}
