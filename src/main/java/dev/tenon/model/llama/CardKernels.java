package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.tensor.CudaProgram;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The kernels between a step's matrix products, which have the same names and arguments for tokens that each are by themselves
 * ({@code kernels/cuda/decode.cu}) and for tiles of them ({@code prompt.cu}); a block's share of the work differs.
 */
sealed interface CardKernels {
    /** Query heads of one key head that are computed together share what they read; more would need too many registers. */
    int MOST_TOGETHER = 4;

    int WARP = 32;

    /** Threads of rotation. */
    int TURNING = 128;

    /** Threads of what brings splits of attention together. */
    int COMBINING = 256;

    CudaProgram program();

    DecoderConfig config();

    /** Columns of a block of normalising and of the gate; each leaves one part of a product with an adapter. */
    int columns();

    /** Of normalising and of the gate. */
    int threads();

    int turnBlocks();

    int attendBlocks();

    int attendThreads();

    /** Tokens that a block of attention reads at most, in a step of so many. */
    int reach(int tokens);

    default int normaliseBlocks() {
        return blocks(config().hidden(), columns());
    }

    default int gateBlocks() {
        return blocks(config().intermediate(), columns());
    }

    /** Parts of attention's product with an adapter. */
    default int attendParts() {
        return config().heads() / together(config());
    }

    /** Query heads that leave one such part. */
    static int together(DecoderConfig config) {
        int heads = config.heads() / config.keyValueHeads();
        int together = Math.min(MOST_TOGETHER, heads);
        while (heads % together != 0) {
            together--;
        }
        return together;
    }

    static int blocks(int things, int each) {
        return (things + each - 1) / each;
    }

    /** Each token by itself. */
    record Rows(CudaProgram program, DecoderConfig config) implements CardKernels {
        /** Columns that a thread of rotation turns, one half of them partners of the other. */
        private static final int TURNED = 4;

        /** Null where the kernels cannot be had. */
        static @Nullable Rows of(DecoderConfig config, DType type, Device device) {
            var numbers = Map.of("WIDTH", config.hidden(), "SIZE", config.headSize(), "GROUP", together(config));
            var program = CudaProgram.load("decode", type, device, numbers);
            return program == null ? null : new Rows(program, config);
        }

        @Override
        public int columns() {
            return 256;
        }

        @Override
        public int threads() {
            return 128;
        }

        @Override
        public int turnBlocks() {
            int heads = config.heads() + 2 * config.keyValueHeads();
            return blocks(heads * config.headSize(), TURNED * TURNING);
        }

        @Override
        public int attendBlocks() {
            return attendParts();
        }

        @Override
        public int attendThreads() {
            return 256;
        }

        @Override
        public int reach(int tokens) {
            return 512;
        }
    }

    /** Up to sixteen tokens of a row together. */
    record Tiles(CudaProgram program, DecoderConfig config) implements CardKernels {
        /** Wider heads would need too many registers. */
        private static final int LARGEST_HEAD = 128;

        /** Columns that a warp of rotation turns, with as many partners. */
        private static final int TURNED = 32;

        private static final int MOST_WARPS = 8;

        private static final int MANY = 1024;

        /** Null where the kernels cannot be had or the heads are too wide. */
        static @Nullable Tiles of(DecoderConfig config, DType type, Device device) {
            if (config.headSize() > LARGEST_HEAD) {
                return null;
            }
            var numbers = Map.of(
                    "WIDTH",
                    config.hidden(),
                    "SIZE",
                    config.headSize(),
                    "GROUP",
                    together(config),
                    "HEADS",
                    warps(config));
            var program = CudaProgram.load("prompt", type, device, numbers);
            return program == null ? null : new Tiles(program, config);
        }

        /** Query heads of a block of attention: as many groups as divide all of them. */
        private static int warps(DecoderConfig config) {
            int group = together(config);
            int warps = MOST_WARPS / group * group;
            while (config.heads() % warps != 0) {
                warps -= group;
            }
            return warps;
        }

        @Override
        public int columns() {
            return 512;
        }

        @Override
        public int threads() {
            return 256;
        }

        @Override
        public int turnBlocks() {
            int half = config.headSize() / 2;
            int block = TURNING / WARP * TURNED;
            return blocks(config.heads() * half, block) + 2 * blocks(config.keyValueHeads() * half, block);
        }

        @Override
        public int attendBlocks() {
            return config.heads() / warps(config);
        }

        @Override
        public int attendThreads() {
            return warps(config) * WARP;
        }

        /** Where there are many tiles, they fill a card without being split. */
        @Override
        public int reach(int tokens) {
            return tokens > MANY ? 4096 : 512;
        }
    }
}
