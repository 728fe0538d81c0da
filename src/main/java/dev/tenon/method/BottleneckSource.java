package dev.tenon.method;

import java.util.Map;
import java.util.Optional;

/**
 * A method whose adapters can be nothing but one bottleneck at every part of the blocks that they change, so that other
 * adapters can be made of them.
 *
 * @param <C> its settings
 */
public interface BottleneckSource<C extends Record> {
    /** Where they stand under these settings; nothing where the adapter is something else too. */
    Optional<BottleneckForm> form(C config);

    /** The bottlenecks of one of its adapters by the path of their part. */
    Map<String, Bottleneck> bottlenecks(Adapter adapter);
}
