package dev.tenon.method;

import dev.tenon.model.LowRankPair;
import java.util.Map;

/**
 * An adapter that is nothing but low-rank updates of linear layers once it is trained. A server computes those of many
 * adapters, whatever their methods, in one product a layer; of other adapters each computes its own rows of the batch.
 */
public interface LowRankUpdates extends Composable {
    /** The update of every adapted layer by its path. */
    Map<String, LowRankPair> pairs();
}
