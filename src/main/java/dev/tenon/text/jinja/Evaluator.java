package dev.tenon.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Computes the value of expressions. */
final class Evaluator {
    private final Budget budget;

    Evaluator(Budget budget) {
        this.budget = budget;
    }

    Object value(Expr expr, Scope scope) {
        budget.step(expr.line());
        int line = expr.line();
        return switch (expr) {
            case Expr.Literal literal -> literal.value();
            case Expr.Name name -> scope.get(name.name());
            case Expr.ListOf list -> values(list.items(), scope);
            case Expr.DictOf dict -> dictionary(dict, scope);
            case Expr.Attribute attribute -> attribute(value(attribute.target(), scope), attribute.name(), line);
            case Expr.Item item -> Operators.item(value(item.target(), scope), value(item.index(), scope), line);
            case Expr.Slice slice ->
                Operators.slice(
                        value(slice.target(), scope),
                        value(slice.from(), scope),
                        value(slice.to(), scope),
                        value(slice.step(), scope),
                        budget,
                        line);
            case Expr.Call call -> call(call, scope);
            case Expr.Filter filter -> filter(filter, scope);
            case Expr.Test test ->
                Tests.holds(test.name(), value(test.target(), scope), arguments(test.arguments(), scope), budget, line);
            case Expr.Unary unary -> unary(unary, scope);
            case Expr.Binary binary -> binary(binary, scope);
            case Expr.Conditional conditional ->
                Values.truthy(value(conditional.condition(), scope))
                        ? value(conditional.then(), scope)
                        : value(conditional.otherwise(), scope);
        };
    }

    boolean holds(Expr condition, Scope scope) {
        return Values.truthy(value(condition, scope));
    }

    private List<Object> values(List<Expr> items, Scope scope) {
        var values = new ArrayList<Object>(items.size());
        for (var item : items) {
            values.add(value(item, scope));
        }
        return values;
    }

    private Map<Object, Object> dictionary(Expr.DictOf dict, Scope scope) {
        var map = new LinkedHashMap<Object, Object>();
        for (int i = 0; i < dict.keys().size(); i++) {
            map.put(
                    Values.key(value(dict.keys().get(i), scope), dict.line()),
                    value(dict.values().get(i), scope));
        }
        return map;
    }

    private static Object attribute(Object target, String name, int line) {
        return Operators.item(target, Text.literal(name), line);
    }

    private Object unary(Expr.Unary unary, Scope scope) {
        var operand = value(unary.operand(), scope);
        return switch (unary.operator()) {
            case "not" -> !Values.truthy(operand);
            case "-" -> Operators.negate(operand, unary.line());
            default -> operand;
        };
    }

    private Object binary(Expr.Binary binary, Scope scope) {
        var left = value(binary.left(), scope);
        if (binary.operator().equals("and")) {
            return Values.truthy(left) ? value(binary.right(), scope) : left;
        }
        if (binary.operator().equals("or")) {
            return Values.truthy(left) ? left : value(binary.right(), scope);
        }
        return Operators.apply(binary.operator(), left, value(binary.right(), scope), budget, binary.line());
    }

    Args arguments(Expr.Arguments arguments, Scope scope) {
        if (arguments == Expr.Arguments.NONE) {
            return Args.NONE;
        }
        var named = new LinkedHashMap<String, Object>();
        for (int i = 0; i < arguments.names().size(); i++) {
            named.put(arguments.names().get(i), value(arguments.named().get(i), scope));
        }
        return new Args(values(arguments.positional(), scope), named);
    }

    private Object filter(Expr.Filter filter, Scope scope) {
        var target = value(filter.target(), scope);
        return Filters.apply(filter.name(), target, arguments(filter.arguments(), scope), budget, filter.line());
    }

    private Object call(Expr.Call call, Scope scope) {
        int line = call.line();
        if (call.target() instanceof Expr.Attribute method) {
            var target = value(method.target(), scope);
            var args = arguments(call.arguments(), scope);
            if (target instanceof Text text) {
                return StringMethods.call(text, method.name(), args, budget, line);
            }
            if (target instanceof Map<?, ?> map && MapMethods.has(method.name())) {
                return MapMethods.call(map, method.name(), args, line);
            }
            return invoke(attribute(target, method.name(), line), method.name(), args, line);
        }
        var name = call.target() instanceof Expr.Name n ? n.name() : "this value";
        return invoke(value(call.target(), scope), name, arguments(call.arguments(), scope), line);
    }

    private Object invoke(Object target, String name, Args args, int line) {
        if (!(target instanceof Values.Callable callable)) {
            throw new TemplateException(
                    line,
                    target == Atom.UNDEFINED
                            ? "there is no function '%s'".formatted(name)
                            : "'%s' is %s, not a function".formatted(name, Values.kind(target)));
        }
        budget.enter(line);
        var result = callable.call(args, line);
        budget.leave();
        return result;
    }
}
