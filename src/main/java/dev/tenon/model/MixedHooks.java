package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * The hooks of a batch whose tokens belong to different adapters: the frozen computation runs once over all tokens, and
 * each adapter changes its own span of the inputs or of the results. Only what an adapter's class overrides is asked.
 */
public final class MixedHooks implements Hooks {
    private static final ClassValue<Set<String>> OVERRIDDEN = new ClassValue<>() {
        @Override
        protected Set<String> computeValue(Class<?> type) {
            return Arrays.stream(type.getMethods())
                    .filter(method -> Hooks.class.isAssignableFrom(method.getDeclaringClass()))
                    .filter(method -> method.getDeclaringClass() != Hooks.class)
                    .map(java.lang.reflect.Method::getName)
                    .collect(Collectors.toUnmodifiableSet());
        }
    };

    private final List<Span> replacing;
    private final List<Span> feeding;
    private final List<Span> changing;
    private final List<Span> norms;
    private final List<Span> embeddings;
    private final List<Span> branches;
    private final List<Span> residuals;
    private final List<Span> outputs;

    private MixedHooks(List<Span> spans) {
        replacing = overriding(spans, "linear");
        feeding = overriding(spans, "linearInput");
        changing = overriding(spans, "linearOutput");
        norms = overriding(spans, "norm");
        embeddings = overriding(spans, "embedding");
        branches = overriding(spans, "branch");
        residuals = overriding(spans, "residual");
        outputs = overriding(spans, "output");
    }

    /** One thing of the hooks of all spans, which cover the tokens without a gap. */
    public static Hooks of(List<Span> spans) {
        var joined = new ArrayList<Span>();
        for (Span span : spans) {
            if (!joined.isEmpty() && joined.getLast().hooks() == span.hooks()) {
                Span before = joined.removeLast();
                joined.add(new Span(before.start(), before.count() + span.count(), span.hooks()));
            } else {
                joined.add(span);
            }
        }
        return joined.size() == 1 ? joined.getFirst().hooks() : new MixedHooks(joined);
    }

    private static List<Span> overriding(List<Span> spans, String name) {
        return spans.stream()
                .filter(span -> OVERRIDDEN.get(span.hooks().getClass()).contains(name))
                .toList();
    }

    @Override
    public Tensor linear(LinearSite site, Tensor x) {
        Tensor fed = linearInput(site, x);
        Tensor y = linearOutput(site, fed, site.base(fed));
        for (Span span : replacing) {
            if (span.hooks().replaces(site)) {
                put(y, span, span.hooks().linear(site, part(x, span)));
            }
        }
        return y;
    }

    @Override
    public Tensor linearInput(LinearSite site, Tensor x) {
        Tensor fed = x;
        for (Span span : feeding) {
            if (!replaced(span, site)) {
                Tensor own = part(x, span);
                Tensor changed = span.hooks().linearInput(site, own);
                if (changed != own) {
                    fed = fed == x ? x.copy() : fed;
                    put(fed, span, changed);
                }
            }
        }
        return fed;
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        for (Span span : changing) {
            if (!replaced(span, site)) {
                Tensor own = part(y, span);
                Tensor changed = span.hooks().linearOutput(site, part(x, span), own);
                if (changed != own) {
                    put(y, span, changed);
                }
            }
        }
        return y;
    }

    private boolean replaced(Span span, LinearSite site) {
        return replacing.contains(span) && span.hooks().replaces(site);
    }

    @Override
    public Tensor norm(NormSite site, Tensor x) {
        return changed(norms, x, site.base(x), (hooks, own) -> hooks.norm(site, own));
    }

    @Override
    public Tensor embedding(EmbeddingSite site, Tensor ids) {
        return changed(embeddings, ids, site.base(ids), (hooks, own) -> hooks.embedding(site, own));
    }

    @Override
    public Tensor branch(BranchSite site, Tensor input, Tensor output) {
        for (Span span : branches) {
            Tensor own = part(output, span);
            Tensor changed = span.hooks().branch(site, part(input, span), own);
            if (changed != own) {
                put(output, span, changed);
            }
        }
        return output;
    }

    @Override
    public Tensor residual(BranchSite site, Tensor x) {
        return changed(residuals, x, x, (hooks, own) -> hooks.residual(site, own));
    }

    @Override
    public Tensor output(OutputSite site, Tensor hidden) {
        return changed(outputs, hidden, hidden, (hooks, own) -> hooks.output(site, own));
    }

    private static Tensor changed(List<Span> spans, Tensor x, Tensor y, BiFunction<Hooks, Tensor, Tensor> change) {
        for (Span span : spans) {
            Tensor own = part(x, span);
            Tensor result = change.apply(span.hooks(), own);
            if (result != own) {
                put(y, span, result);
            }
        }
        return y;
    }

    private static Tensor part(Tensor x, Span span) {
        return x.slice(0, span.start(), span.start() + span.count());
    }

    private static void put(Tensor y, Span span, Tensor result) {
        part(y, span).copyFrom(result);
    }
}
