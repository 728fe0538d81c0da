package dev.tenon.experiments;

import dev.tenon.experiments.Arithmetic.Operation;
import dev.tenon.method.Adapter;
import dev.tenon.model.CausalModel;
import dev.tenon.model.LinearSite;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * MoLA's claims: with as many experts in all, more of them in higher blocks are better than the same number everywhere,
 * and that better than more in lower blocks; experts of higher blocks resemble each other less.
 */
final class MolaExperiment {
    private static final int BLOCKS = 4;
    private static final int PRETRAINING = 2000;
    private static final int STEPS = 400;
    private static final double[] RATES = {3e-3, 6e-3, 1.2e-2};
    private static final List<Integer> EVEN = List.of(5, 5, 5, 5);

    private final Page page = Page.open();
    private final Arithmetic task = new Arithmetic(Operation.COMPLEMENT, Operation.RAISED);
    private final CausalModel model = Arithmetic.base(1, BLOCKS, PRETRAINING);
    private final Figures lowerAlike = new Figures();
    private final Figures upperAlike = new Figures();

    private MolaExperiment() {}

    public static void main(String[] args) {
        new MolaExperiment().run();
    }

    private ArithmeticRun of(List<Integer> experts) {
        return new ArithmeticRun(
                task, model, Map.of("method", "mola", "experts", experts, "rank", 2, "alpha", 4), STEPS);
    }

    private void run() {
        double rate = of(EVEN).bestRate(adapter -> -task.nats(model, adapter.hooks()), RATES);
        page.text(
                "A decoder of %d blocks, 64 wide, that knows sums of two numbers learns two other signs at once, complements"
                        + " to 999 and the sum and 111 more, in %d steps with experts of rank 2 in all layers, of which a"
                        + " token takes two, as many a block as the name says, from the lowest. All at the rate %.0e,"
                        + " the best of three for 5-5-5-5 with a seed of its own. Unseen questions; mean of %d seeds, ± half"
                        + " the distance of the extremes.",
                BLOCKS, Effort.steps(STEPS), rate, Effort.seeds().length);
        page.table("experts by block", "trained", "nats a character", "right, %");
        var nats = new LinkedHashMap<String, Figures>();
        for (var experts : List.of(List.of(2, 4, 6, 8), EVEN, List.of(8, 6, 4, 2), List.of(8, 8, 8, 8))) {
            String name = String.join("-", experts.stream().map(String::valueOf).toList());
            nats.put(name, row(name, experts, rate));
        }
        page.claims();
        page.less("2-4-6-8 is better than 5-5-5-5", figures(nats, "2-4-6-8"), figures(nats, "5-5-5-5"), "%.4f");
        page.less("5-5-5-5 is better than 8-6-4-2", figures(nats, "5-5-5-5"), figures(nats, "8-6-4-2"), "%.4f");
        page.less(
                "2-4-6-8 is better than 8-8-8-8, which has more",
                figures(nats, "2-4-6-8"),
                figures(nats, "8-8-8-8"),
                "%.4f");
        page.less(
                "In 5-5-5-5 experts of the upper half are less alike (mean cosine of their updates)",
                upperAlike,
                lowerAlike,
                "%.3f");
        model.close();
    }

    private static Figures figures(Map<String, Figures> all, String name) {
        return Objects.requireNonNull(all.get(name), name);
    }

    private Figures row(String name, List<Integer> experts, double rate) {
        var run = of(experts);
        var nats = new Figures();
        var right = new Figures();
        for (long seed : Effort.seeds()) {
            try (var adapter = run.trained(seed, rate)) {
                nats.add(task.nats(model, adapter.hooks()));
                right.add(run.right(adapter));
                if (experts.equals(EVEN)) {
                    lowerAlike.add(alike(adapter, 0, BLOCKS / 2));
                    upperAlike.add(alike(adapter, BLOCKS / 2, BLOCKS));
                }
            }
        }
        page.row(name, "%,d".formatted(run.parameters()), nats.text("%.4f"), right.text("%.1f"));
        return nats;
    }

    /** The mean cosine of the updates {@code B A [out, in]} of any two experts of a layer, over the layers of some blocks. */
    private double alike(Adapter adapter, int from, int to) {
        double sum = 0;
        int count = 0;
        for (LinearSite site : model.linearSites()) {
            if (site.layer() < from || site.layer() >= to) {
                continue;
            }
            try (var scope = Scope.open()) {
                Tensor a = parameter(adapter, site.path() + ".lora_A.weight");
                Tensor b = parameter(adapter, site.path() + ".lora_B.weight");
                int experts = (int) a.size(0);
                Tensor updates = b.transpose(1, 2).matmul(a).reshape(experts, -1);
                float[] products = updates.matmul(updates.transpose(0, 1)).toFloats();
                for (int i = 0; i < experts; i++) {
                    for (int j = 0; j < i; j++) {
                        double norms =
                                Math.sqrt((double) products[i * experts + i] * products[j * experts + j] + 1e-30);
                        sum += products[i * experts + j] / norms;
                        count++;
                    }
                }
            }
        }
        return sum / count;
    }

    private static Tensor parameter(Adapter adapter, String name) {
        return Objects.requireNonNull(adapter.parameters().get(name), name).detach();
    }
}
