package dev.tenon.serving.json;

import static dev.tenon.serving.json.Expression.text;

import dev.tenon.core.Problem;
import dev.tenon.serving.OutputFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Turns a JSON Schema into a {@link Grammar}. Every text of the grammar satisfies the schema; of the freedom that a
 * schema leaves, the grammar takes only part: properties come in their declared order, and undeclared ones only where
 * none is declared. What it cannot guarantee it refuses by name. Supported: {@code type} (also several),
 * {@code properties}, {@code required}, {@code additionalProperties}, {@code items}, {@code minItems}, {@code maxItems},
 * {@code minLength}, {@code maxLength}, {@code enum}, {@code const}, {@code anyOf}, {@code $ref} within the schema;
 * {@code format} and other annotations are ignored.
 */
final class SchemaCompiler {
    static final String ROOT = "response_format.json_schema.schema";
    /** Members of one object, and names that it requires. */
    static final int MEMBERS = 2000;

    private static final int SCHEMAS = 10_000;
    private static final int DEPTH = 200;
    private static final int LENGTH = 4096;
    private static final int OPTIONS = 500;
    private static final int POINTER = 1024;
    private static final int LONGEST_PATH = 400;

    private final JsonNode root;
    private final Grammar grammar = new Grammar();
    private final int start = grammar.declare();
    private final JsonRules rules = new JsonRules(grammar);
    private final Map<String, Expression.Call> references = new HashMap<>();
    private final Becoming becoming = new Becoming();
    private final TextBudget budget = new TextBudget();

    private int schemas;
    private int depth;

    private SchemaCompiler(JsonNode root) {
        this.root = root;
    }

    static Program compile(OutputFormat format) {
        return switch (format) {
            case OutputFormat.AnyObject any -> {
                var grammar = new Grammar();
                int start = grammar.declare();
                grammar.define(start, new JsonRules(grammar).anyObject());
                yield grammar.compile();
            }
            case OutputFormat.Schema schema -> new SchemaCompiler(schema.schema()).compile();
        };
    }

    static Problem endless() {
        return refuse(ROOT, "no value can satisfy it: it needs itself inside itself.");
    }

    private Program compile() {
        references.put("#", new Expression.Call(start));
        fill(start, root, ROOT);
        if (becoming.leadsBack()) {
            throw refuse(ROOT, "a '$ref' or 'anyOf' leads back to itself with nothing in between.");
        }
        return grammar.compile();
    }

    private Expression.Call rule(JsonNode schema, String path) {
        int rule = grammar.declare();
        fill(rule, schema, path);
        return new Expression.Call(rule);
    }

    private void fill(int rule, JsonNode schema, String path) {
        if (++schemas > SCHEMAS || ++depth > DEPTH) {
            throw refuse(ROOT, "it has more than %d parts, or parts more than %d deep.".formatted(SCHEMAS, DEPTH));
        }
        grammar.define(rule, expression(rule, schema, path));
        depth--;
    }

    private Expression expression(int rule, JsonNode schema, String path) {
        if (schema.isBoolean() && schema.booleanValue()) {
            return rules.anyValue();
        }
        if (!schema.isObject()) {
            throw refuse(path, "a schema must be an object or true.");
        }
        Keywords.check(schema, path);
        if (schema.has("$ref")) {
            return same(rule, reference(schema.path("$ref"), path + ".$ref"));
        }
        if (schema.has("anyOf") || schema.has("allOf")) {
            return alternatives(rule, schema, path);
        }
        if (schema.has("const") || schema.has("enum")) {
            return new Literals(path, budget).of(schema);
        }
        var types = Keywords.types(schema, path);
        if (types.isEmpty()) {
            return rules.anyValue();
        }
        var options = new ArrayList<Expression>();
        for (var type : types) {
            options.add(ofType(type, schema, path));
        }
        return options.size() == 1 ? options.getFirst() : new Expression.Choice(options);
    }

    private Expression same(int rule, Expression.Call other) {
        becoming.add(rule, other.rule());
        return other;
    }

    private Expression.Call reference(JsonNode pointer, String path) {
        var text = pointer.asString("");
        if (text.length() > POINTER) {
            throw refuse(path, "it has more than %d characters.".formatted(POINTER));
        }
        var known = references.get(text);
        if (known != null) {
            return known;
        }
        JsonNode target;
        try {
            target = text.startsWith("#/") ? root.at(text.substring(1)) : root.path("");
        } catch (IllegalArgumentException e) {
            target = root.path("");
        }
        if (target.isMissingNode()) {
            throw refuse(path, "it must point into this schema, as '#/$defs/name' does.");
        }
        int rule = grammar.declare();
        var call = new Expression.Call(rule);
        references.put(text, call);
        fill(rule, target, ROOT + text.substring(1).replace('/', '.'));
        return call;
    }

    private Expression alternatives(int rule, JsonNode schema, String path) {
        var name = schema.has("anyOf") ? "anyOf" : "allOf";
        var list = schema.path(name);
        Keywords.atMost(list, OPTIONS, path + "." + name, "schemas");
        if (!list.isArray() || list.isEmpty() || (name.equals("allOf") && list.size() > 1)) {
            throw refuse(path + "." + name, "it must be an array of schemas; of 'allOf' only one.");
        }
        var options = new ArrayList<Expression>();
        for (int i = 0; i < list.size(); i++) {
            options.add(same(rule, rule(list.get(i), "%s.%s[%d]".formatted(path, name, i))));
        }
        return new Expression.Choice(options);
    }

    private Expression ofType(String type, JsonNode schema, String path) {
        return switch (type) {
            case "object" -> object(schema, path);
            case "array" -> array(schema, path);
            case "string" -> string(schema, path);
            case "integer" -> rules.integer();
            case "number" -> rules.number();
            case "boolean" -> Expression.choice(text("true"), text("false"));
            case "null" -> text("null");
            default -> throw unknownType(type, path);
        };
    }

    static Problem unknownType(String type, String path) {
        return refuse(
                path + ".type",
                "'%s' is none of object, array, string, integer, number, boolean, null."
                        .formatted(Keywords.shown(type)));
    }

    private Expression string(JsonNode schema, String path) {
        int least = Keywords.count(schema, "minLength", path, 0, LENGTH);
        int most = Keywords.count(schema, "maxLength", path, Integer.MAX_VALUE, Integer.MAX_VALUE);
        if (most < least) {
            throw refuse(path + ".maxLength", "it is below 'minLength'.");
        }
        if (least == 0 && most == Integer.MAX_VALUE) {
            return rules.string();
        }
        // a limit that high is kept by a shorter one as well
        return most == Integer.MAX_VALUE ? rules.string(least) : rules.string(least, Math.min(most, LENGTH));
    }

    private Expression array(JsonNode schema, String path) {
        var item = schema.has("items") ? rule(schema.path("items"), path + ".items") : rules.anyValue();
        int least = Keywords.count(schema, "minItems", path, 0, LENGTH);
        int most = Keywords.count(schema, "maxItems", path, Integer.MAX_VALUE, Integer.MAX_VALUE);
        if (most < least) {
            throw refuse(path + ".maxItems", "it is below 'minItems'.");
        }
        if (most == 0) {
            return rules.inBrackets(Expression.EMPTY);
        }
        var next = Expression.sequence(rules.comma(), item);
        Expression more = most == Integer.MAX_VALUE
                ? Expression.sequence(
                        Expression.times(next, Math.max(0, least - 1), Math.max(0, least - 1)),
                        new Expression.Star(next))
                : Expression.times(next, Math.max(0, least - 1), Math.min(most, LENGTH) - 1);
        var some = Expression.sequence(item, more);
        return rules.inBrackets(least == 0 ? Expression.optional(some) : some);
    }

    private Expression object(JsonNode schema, String path) {
        var required = Keywords.names(schema, "required", path);
        var additional = schema.path("additionalProperties");
        boolean closed = additional.isBoolean() && !additional.booleanValue();
        var declared = new LinkedHashMap<String, Expression>();
        var properties = Keywords.object(schema, "properties", path);
        Keywords.atMost(properties, MEMBERS, path + ".properties", "properties");
        for (var property : properties.properties()) {
            var name = property.getKey();
            var where = path + ".properties." + Keywords.shown(name);
            budget.spend(name, where);
            declared.put(name, rule(property.getValue(), where));
        }
        Expression other = additional.isObject() ? rule(additional, path + ".additionalProperties") : rules.anyValue();
        for (var name : required) {
            if (!declared.containsKey(name)) {
                if (closed) {
                    throw refuse(
                            path + ".required", "'%s' is not among the properties.".formatted(Keywords.shown(name)));
                }
                budget.spend(name, path + ".required");
                declared.put(name, other);
            }
        }
        if (!declared.isEmpty() || closed) {
            return rules.inBraces(new Members(grammar, rules).of(declared, required));
        }
        return rules.inBraces(rules.list(Expression.sequence(rules.string(), rules.colon(), other)));
    }

    static Problem refuse(String path, String reason) {
        var shown = path.length() > LONGEST_PATH ? path.substring(0, LONGEST_PATH) + "…" : path;
        return Problem.invalid(shown, "unsupported_schema", "'%s': %s".formatted(shown, reason));
    }
}
