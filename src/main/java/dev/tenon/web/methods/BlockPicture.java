package dev.tenon.web.methods;

import java.util.List;
import java.util.Set;

/**
 * A block of a transformer as boxes from the input at the bottom to the output at the top, those marked that a method
 * changes.
 *
 * @param boxes on a grid of 420 by 446
 */
public record BlockPicture(List<Box> boxes) {
    private static final int BOX = 34;

    /**
     * One part of the block.
     *
     * @param changed whether the method does something here
     */
    public record Box(String label, int x, int y, int width, boolean changed) {
        public int height() {
            return BOX;
        }

        public int middle() {
            return x + width / 2;
        }
    }

    /** Places are named as the sites are: by the last part of their path, norms together. */
    static BlockPicture of(Set<String> places) {
        return new BlockPicture(List.of(
                box("output head", 130, 6, 160, places, "lm_head", "decoder"),
                box("model output", 130, 50, 160, places, "output"),
                box("feed-forward out", 20, 106, 160, places, "mlp"),
                box("down", 240, 106, 160, places, "down_proj"),
                box("gate", 20, 150, 185, places, "gate_proj"),
                box("up", 215, 150, 185, places, "up_proj"),
                box("norm", 130, 194, 160, places, "norm"),
                box("attention out", 20, 250, 160, places, "self_attn"),
                box("o", 240, 250, 160, places, "o_proj"),
                box("keys and values", 130, 294, 160, places, "attention"),
                box("q", 20, 338, 120, places, "q_proj"),
                box("k", 150, 338, 120, places, "k_proj"),
                box("v", 280, 338, 120, places, "v_proj"),
                box("embedding", 20, 404, 185, places, "embed_tokens"),
                box("virtual tokens", 215, 404, 185, places, "virtual_tokens")));
    }

    private static Box box(String label, int x, int y, int width, Set<String> places, String... names) {
        return new Box(label, x, y, width, List.of(names).stream().anyMatch(places::contains));
    }
}
