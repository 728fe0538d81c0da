package dev.tenon.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs statements and collects their output. */
final class Renderer {
    private final Budget budget;
    private final Evaluator evaluator;
    private Text.Builder out = new Text.Builder();

    /** What a statement did to the loop around it. */
    private enum Flow {
        ON,
        BREAK,
        CONTINUE
    }

    Renderer(Budget budget) {
        this.budget = budget;
        this.evaluator = new Evaluator(budget);
    }

    Text run(List<Node> nodes, Scope scope) {
        all(nodes, scope);
        return out.build();
    }

    private Flow all(List<Node> nodes, Scope scope) {
        for (var node : nodes) {
            var flow = one(node, scope);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private Flow one(Node node, Scope scope) {
        switch (node) {
            case Node.Data data -> emit(data.text(), 0);
            case Node.Output output ->
                emit(
                        Printer.str(
                                evaluator.value(output.value(), scope),
                                budget,
                                output.value().line()),
                        output.value().line());
            case Node.If branches -> {
                for (var branch : branches.branches()) {
                    if (evaluator.holds(branch.condition(), scope)) {
                        return all(branch.body(), scope);
                    }
                }
            }
            case Node.For loop -> loop(loop, scope);
            case Node.Set set -> set(set, scope);
            case Node.SetBlock block -> scope.set(block.target(), captured(block.body(), new Scope(scope)));
            case Node.Macro macro -> scope.set(macro.name(), macro(macro, scope));
            case Node.Filtered filtered ->
                emit(
                        Printer.str(
                                Filters.apply(
                                        filtered.filter(),
                                        captured(filtered.body(), new Scope(scope)),
                                        evaluator.arguments(filtered.arguments(), scope),
                                        budget,
                                        filtered.line()),
                                budget,
                                filtered.line()),
                        filtered.line());
            case Node.Group group -> {
                return all(group.body(), scope);
            }
            case Node.Break _ -> {
                return Flow.BREAK;
            }
            case Node.Continue _ -> {
                return Flow.CONTINUE;
            }
        }
        return Flow.ON;
    }

    private void emit(Text text, int line) {
        out.append(text);
        budget.limit(out.length(), line);
        budget.charge(text.length(), line);
    }

    private Text captured(List<Node> body, Scope scope) {
        var outer = out;
        out = new Text.Builder();
        all(body, scope);
        var text = out.build();
        out = outer;
        return text;
    }

    private void set(Node.Set set, Scope scope) {
        var value = evaluator.value(set.value(), scope);
        if (set.attribute().isEmpty()) {
            bind(set.targets(), value, scope, set.line());
        } else if (scope.get(set.targets().getFirst()) instanceof Namespace space) {
            space.values.put(set.attribute(), value);
        } else {
            throw new TemplateException(
                    set.line(),
                    "'%s' is not a namespace, so its attributes cannot be set"
                            .formatted(set.targets().getFirst()));
        }
    }

    private void bind(List<String> targets, Object value, Scope scope, int line) {
        if (targets.size() == 1) {
            scope.set(targets.getFirst(), value);
            return;
        }
        var parts = Values.iterate(value, budget, line);
        if (parts.size() != targets.size()) {
            throw new TemplateException(
                    line, "cannot unpack %d values into %d names".formatted(parts.size(), targets.size()));
        }
        for (int i = 0; i < targets.size(); i++) {
            scope.set(targets.get(i), parts.get(i));
        }
    }

    private void loop(Node.For loop, Scope scope) {
        var items = new ArrayList<Object>();
        for (var item : Values.iterate(evaluator.value(loop.items(), scope), budget, loop.line())) {
            var inner = new Scope(scope);
            bind(loop.targets(), item, inner, loop.line());
            if (evaluator.holds(loop.condition(), inner)) {
                items.add(item);
            }
        }
        if (items.isEmpty()) {
            all(loop.otherwise(), new Scope(scope));
        }
        for (int i = 0; i < items.size(); i++) {
            budget.step(loop.line());
            var inner = new Scope(scope);
            bind(loop.targets(), items.get(i), inner, loop.line());
            inner.set("loop", loopVariable(items, i));
            if (all(loop.body(), inner) == Flow.BREAK) {
                break;
            }
        }
    }

    private static Map<Object, Object> loopVariable(List<Object> items, int i) {
        var loop = new LinkedHashMap<Object, Object>();
        int size = items.size();
        put(loop, "index", i + 1L);
        put(loop, "index0", (long) i);
        put(loop, "revindex", (long) size - i);
        put(loop, "revindex0", size - i - 1L);
        put(loop, "first", i == 0);
        put(loop, "last", i == size - 1);
        put(loop, "length", (long) size);
        if (i > 0) {
            put(loop, "previtem", items.get(i - 1));
        }
        if (i < size - 1) {
            put(loop, "nextitem", items.get(i + 1));
        }
        Values.Callable cycle = (args, line) -> {
            if (args.positional().isEmpty()) {
                throw new TemplateException(line, "cycle needs values");
            }
            return args.positional().get(i % args.positional().size());
        };
        put(loop, "cycle", cycle);
        return loop;
    }

    private static void put(Map<Object, Object> loop, String name, Object value) {
        loop.put(Text.literal(name), value);
    }

    private Values.Callable macro(Node.Macro macro, Scope defined) {
        return (args, line) -> {
            var scope = new Scope(defined);
            int required = macro.parameters().size() - macro.defaults().size();
            if (args.positional().size() > macro.parameters().size()) {
                throw new TemplateException(
                        line,
                        "macro '%s' takes %d arguments"
                                .formatted(macro.name(), macro.parameters().size()));
            }
            for (int i = 0; i < macro.parameters().size(); i++) {
                var name = macro.parameters().get(i);
                var given = args.get(i, name);
                scope.set(
                        name,
                        given == Atom.UNDEFINED && i >= required
                                ? evaluator.value(macro.defaults().get(i - required), scope)
                                : given);
            }
            return captured(macro.body(), scope);
        };
    }
}
