package dev.tenon.method.compose;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.Composable;
import dev.tenon.model.AttentionSite;
import dev.tenon.model.BranchSite;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.KeyValues;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.model.OutputSite;
import dev.tenon.tensor.Tensor;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Two adapters one after the other at every site, for example a language adapter under a task adapter (Pfeiffer et al.
 * 2020, MAD-X): what the lower one makes of a site is what the upper one finds there.
 */
public final class Stack implements Hooks {
    private final Hooks below;
    private final Hooks above;
    private final Set<String> atBelow;
    private final Set<String> atAbove;

    private Stack(Adapter lower, Adapter upper) {
        this.below = lower.hooks();
        this.above = upper.hooks();
        this.atBelow = lower.matchedModules();
        this.atAbove = upper.matchedModules();
    }

    /**
     * {@code upper} on top of {@code lower}. It holds none of their memory: both must live as long as it is used.
     *
     * @throws Problem 400 {@code not_stackable} naming the site at which the lower one would be lost
     */
    public static Hooks of(Network model, Adapter lower, Adapter upper) {
        var stack = new Stack(lower, upper);
        if (stack.below.prefixLength() > 0 && stack.above.prefixLength() > 0) {
            throw refusal("both put positions before the sequence");
        }
        var shared = new HashSet<>(stack.atBelow);
        shared.retainAll(stack.atAbove);
        for (String path : shared) {
            boolean lost =
                    switch (model.sites().get(path)) {
                        case NormSite norm -> true;
                        case EmbeddingSite embedding -> true;
                        case LinearSite linear -> !inParts(lower, path) || !inParts(upper, path);
                        case null, default -> false;
                    };
            if (lost) {
                throw refusal("both compute '%s' in place of the base".formatted(path));
            }
        }
        return stack;
    }

    /** Whether an adapter leaves a linear layer to the base and only changes its input or its output. */
    private static boolean inParts(Adapter adapter, String path) {
        if (adapter.hooks().lowRankOnly().containsKey(path)) {
            return true;
        }
        if (adapter instanceof Composable composable
                && composable.updatedModules().contains(path)) {
            return true;
        }
        try {
            var linear = adapter.hooks().getClass().getMethod("linear", LinearSite.class, Tensor.class);
            return linear.getDeclaringClass() == Hooks.class;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Problem refusal(String why) {
        return Problem.invalid(
                "model",
                "not_stackable",
                "'model' stacks adapters that cannot be stacked, because %s: use one of them.".formatted(why));
    }

    @Override
    public Tensor linear(LinearSite site, Tensor x) {
        boolean low = atBelow.contains(site.path());
        boolean high = atAbove.contains(site.path());
        if (low && high) {
            return Hooks.super.linear(site, x);
        }
        return high ? above.linear(site, x) : below.linear(site, x);
    }

    @Override
    public Tensor linearInput(LinearSite site, Tensor x) {
        return above.linearInput(site, below.linearInput(site, x));
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        return above.linearOutput(site, x, below.linearOutput(site, x, y));
    }

    @Override
    public Tensor norm(NormSite site, Tensor x) {
        return (atAbove.contains(site.path()) ? above : below).norm(site, x);
    }

    @Override
    public Tensor embedding(EmbeddingSite site, Tensor ids) {
        return (atAbove.contains(site.path()) ? above : below).embedding(site, ids);
    }

    @Override
    public Tensor branch(BranchSite site, Tensor input, Tensor output) {
        return above.branch(site, input, below.branch(site, input, output));
    }

    @Override
    public Tensor output(OutputSite site, Tensor hidden) {
        return above.output(site, below.output(site, hidden));
    }

    @Override
    public int prefixLength() {
        return below.prefixLength() + above.prefixLength();
    }

    @Override
    public @Nullable Tensor virtualTokens() {
        Tensor tokens = below.virtualTokens();
        return tokens != null ? tokens : above.virtualTokens();
    }

    @Override
    public @Nullable KeyValues prefix(AttentionSite site) {
        KeyValues prefix = below.prefix(site);
        return prefix != null ? prefix : above.prefix(site);
    }
}
