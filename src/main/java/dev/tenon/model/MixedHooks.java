package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The hooks of a batch whose tokens belong to different adapters: the frozen computation runs once over all tokens, what
 * many adapters share is done once, and each other adapter changes its own span of the inputs or of the results. Only what
 * an adapter's class overrides is asked.
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

    private final List<Hooks> shared;
    private final @Nullable Hooks sharedNorm;
    private final List<Span> replacing;
    private final List<Span> feeding;
    private final List<Span> changing;
    private final List<Span> norms;
    private final List<Span> embeddings;
    private final List<Span> branches;
    private final List<Span> residuals;
    private final List<Span> outputs;

    private MixedHooks(List<Span> spans, List<Hooks> shared) {
        this.shared = shared;
        sharedNorm = shared.stream()
                .filter(hooks -> overrides(hooks, "norm"))
                .findFirst()
                .orElse(null);
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
        return of(spans, List.of());
    }

    /**
     * The same and hooks that many adapters share.
     *
     * @param shared hooks over all tokens, of which each leaves those alone that a span has hooks for; at most one of them has
     *     to do with norms, and none replaces a layer or the embedding
     */
    public static Hooks of(List<Span> spans, List<Hooks> shared) {
        var joined = new ArrayList<Span>();
        for (Span span : spans) {
            if (!joined.isEmpty() && joined.getLast().hooks() == span.hooks()) {
                Span before = joined.removeLast();
                joined.add(new Span(before.start(), before.count() + span.count(), span.hooks()));
            } else {
                joined.add(span);
            }
        }
        if (joined.size() > 1 || shared.size() + (joined.getFirst().hooks() == NONE ? 0 : 1) > 1) {
            return new MixedHooks(joined, shared);
        }
        return shared.isEmpty() ? joined.getFirst().hooks() : shared.getFirst();
    }

    private static List<Span> overriding(List<Span> spans, String name) {
        return spans.stream().filter(span -> overrides(span.hooks(), name)).toList();
    }

    private static boolean overrides(Hooks hooks, String name) {
        return OVERRIDDEN.get(hooks.getClass()).contains(name);
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
        for (Hooks hooks : shared) {
            fed = hooks.linearInput(site, fed);
        }
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
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor frozen) {
        Tensor y = frozen;
        for (Hooks hooks : shared) {
            y = hooks.linearOutput(site, x, y);
        }
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
        Tensor y = sharedNorm == null ? site.base(x) : sharedNorm.norm(site, x);
        return changed(norms, x, y, (hooks, own) -> hooks.norm(site, own));
    }

    @Override
    public Tensor embedding(EmbeddingSite site, Tensor ids) {
        return changed(embeddings, ids, site.base(ids), (hooks, own) -> hooks.embedding(site, own));
    }

    @Override
    public Tensor branch(BranchSite site, Tensor input, Tensor output) {
        Tensor y = output;
        for (Hooks hooks : shared) {
            y = hooks.branch(site, input, y);
        }
        for (Span span : branches) {
            Tensor own = part(y, span);
            Tensor changed = span.hooks().branch(site, part(input, span), own);
            if (changed != own) {
                put(y, span, changed);
            }
        }
        return y;
    }

    @Override
    public Tensor residual(BranchSite site, Tensor x) {
        Tensor y = x;
        for (Hooks hooks : shared) {
            y = hooks.residual(site, y);
        }
        return changed(residuals, y, y, (hooks, own) -> hooks.residual(site, own));
    }

    @Override
    public Tensor output(OutputSite site, Tensor hidden) {
        Tensor y = hidden;
        for (Hooks hooks : shared) {
            y = hooks.output(site, y);
        }
        return changed(outputs, y, y, (hooks, own) -> hooks.output(site, own));
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
