package dev.tenon.serving.json;

import static dev.tenon.serving.json.Expression.optional;
import static dev.tenon.serving.json.Expression.sequence;
import static dev.tenon.serving.json.Expression.text;

import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.StringNode;

/**
 * The members of an object in their declared order, optional ones perhaps left out. Two chains of rules keep this linear
 * in the number of members: one while nothing is written yet, one with a comma before each that follows.
 */
final class Members {
    private final Grammar grammar;
    private final JsonRules rules;

    Members(Grammar grammar, JsonRules rules) {
        this.grammar = grammar;
        this.rules = rules;
    }

    Expression of(Map<String, Expression> members, Set<String> required) {
        Expression first = Expression.EMPTY;
        Expression later = Expression.EMPTY;
        for (var name : List.copyOf(members.keySet()).reversed()) {
            var value = java.util.Objects.requireNonNull(members.get(name));
            var key = text(StringNode.valueOf(name).toString());
            var member = grammar.add(sequence(key, rules.colon(), value));
            boolean must = required.contains(name);
            var chosen = sequence(member, later);
            first = grammar.add(must ? chosen : Expression.choice(chosen, first));
            var follows = sequence(rules.comma(), member);
            later = grammar.add(sequence(must ? follows : optional(follows), later));
        }
        return first;
    }
}
