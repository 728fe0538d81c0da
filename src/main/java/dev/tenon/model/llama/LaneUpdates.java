package dev.tenon.model.llama;

import dev.tenon.model.RankUpdates;
import dev.tenon.tensor.CudaProgram;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;

/**
 * Low-rank updates of rows with one new token and one adapter each by {@code kernels/cuda/lanes.cu}, in the order of {@link
 * RankUpdates}. They are made for one scope, in which the updates lie that are on their way.
 */
final class LaneUpdates implements StepInPieces.Updates {
    private static final int THREADS = 128;
    private static final int WARP = 32;

    /** Columns that a thread works on. */
    private static final int COLUMNS = 4;

    private final CudaProgram program;
    private final Device device;
    private final RankUpdates.Lanes lanes;
    private final List<Tensor> matrices;
    private final Tensor between;

    LaneUpdates(CudaProgram program, Device device, RankUpdates.Lanes lanes) {
        this.program = program;
        this.device = device;
        this.lanes = lanes;
        this.matrices = Kernels.inferList("tensor_list", lanes.views());
        long most = matrices.stream()
                .filter(matrix -> matrix.rank() == 3)
                .mapToLong(matrix -> Math.min(matrix.size(1), matrix.size(2)))
                .max()
                .orElse(1);
        this.between = Tensors.zeros(DType.F32, device, lanes.rows(), most);
    }

    /** Whether the kernels take these lanes: one token a row, and numbers in fours. */
    static boolean take(RankUpdates updates) {
        var lanes = updates.lanes();
        return lanes != null && lanes.each() == 1 && updates.runs().isEmpty() && lanes.width() % COLUMNS == 0;
    }

    @Override
    public void add(int group, Tensor x, List<Tensor> ys, long stride) {
        Tensor a = matrices.get(group);
        if (a.elements() == 0) {
            return;
        }
        int in = (int) a.size(1);
        int ranks = (int) a.size(2);
        program.launch(
                device,
                "shrink",
                blocks(ranks, THREADS / WARP),
                lanes.rows(),
                THREADS,
                rows(x),
                a,
                between,
                (long) lanes.width(),
                in,
                ranks);
        int first = 0;
        for (int i = 0; i < ys.size(); i++) {
            Tensor b = matrices.get(group + 1 + i);
            if (b.elements() > 0) {
                int own = (int) b.size(1);
                int out = (int) b.size(2);
                program.launch(
                        device,
                        "expand",
                        blocks(out, THREADS * COLUMNS),
                        lanes.rows(),
                        THREADS,
                        between,
                        b,
                        rows(ys.get(i)),
                        (long) lanes.width(),
                        ranks,
                        first,
                        own,
                        out,
                        (int) stride);
                first += own;
            }
        }
    }

    private Tensor rows(Tensor x) {
        return x.slice(0, lanes.start(), lanes.start() + lanes.rows());
    }

    private static int blocks(int things, int each) {
        return (things + each - 1) / each;
    }
}
