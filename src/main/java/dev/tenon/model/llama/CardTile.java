package dev.tenon.model.llama;

import dev.tenon.model.RankUpdates.Piece;
import dev.tenon.model.Span;
import dev.tenon.model.StepPlan;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tokens of a step that lie one after the other, for a block of the kernels. */
record CardTile(int first, int count) {
    /** Tokens of the kernels' products of small matrices. */
    static final int MOST = 16;

    /**
     * All tokens of a step, which is brought to so many, by rows: a tile's attend to the same pages.
     *
     * @param most of a tile
     */
    static List<CardTile> ofRows(StepPlan plan, int tokens, int most) {
        var tiles = new ArrayList<CardTile>();
        for (Span span : plan.spans()) {
            cut(tiles, span.start(), span.start() + span.count(), most);
        }
        cut(tiles, plan.ids().length, tokens, most);
        return tiles;
    }

    /** The same by adapters, of which every token has one or none. */
    static List<CardTile> ofAdapters(@Nullable Piece[] adapters, int most) {
        var tiles = new ArrayList<CardTile>();
        int begin = 0;
        for (int token = 1; token <= adapters.length; token++) {
            if (token == adapters.length || adapters[token] != adapters[begin]) {
                cut(tiles, begin, token, most);
                begin = token;
            }
        }
        return tiles;
    }

    private static void cut(List<CardTile> tiles, int begin, int end, int most) {
        for (int first = begin; first < end; first += most) {
            tiles.add(new CardTile(first, Math.min(most, end - first)));
        }
    }

    /** As the kernels take it. */
    long packed() {
        return first | (long) count << Integer.SIZE;
    }
}
