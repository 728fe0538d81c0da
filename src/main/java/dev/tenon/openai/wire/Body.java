package dev.tenon.openai.wire;

import dev.tenon.core.Problem;
import dev.tenon.openai.error.BadJson;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A JSON object from outside. Every read checks type and range, and a refusal names the field by its full path. */
public final class Body {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private final ObjectNode object;
    private final String path;

    private Body(ObjectNode object, String path) {
        this.object = object;
        this.path = path;
    }

    /** Reads at most {@code limit} bytes; more is a 413 before anything is parsed. */
    public static Body read(InputStream in, int limit) throws IOException {
        return read(in, Allowance.ofBytes(limit));
    }

    /** Reads no more than is allowed: too many bytes are a 413 before anything is parsed, too many values a 400. */
    public static Body read(InputStream in, Allowance allowance) throws IOException {
        var bytes = in.readNBytes(allowance.bytes() + 1);
        if (bytes.length > allowance.bytes()) {
            throw Problem.tooLarge(null, "The request body is larger than %d bytes.".formatted(allowance.bytes()));
        }
        if (bytes.length == 0) {
            throw BadJson.missing();
        }
        try (var parser = new Measured(JSON.createParser(bytes), allowance)) {
            try {
                if (JSON.readValue(parser, JsonNode.class) instanceof ObjectNode object) {
                    return new Body(object, "");
                }
                throw BadJson.missing();
            } catch (JacksonException e) {
                throw BadJson.problem(e, Paths.of(parser.streamReadContext()));
            }
        }
    }

    /** True where the key is there and not null. */
    public boolean has(String name) {
        return value(name) != null;
    }

    public @Nullable JsonNode value(String name) {
        var node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    public String requiredText(String name, int maximum) {
        var text = text(name, 1, maximum);
        if (text == null) {
            throw missing(name);
        }
        return text;
    }

    public @Nullable String text(String name, int minimum, int maximum) {
        var node = value(name);
        if (node == null) {
            return null;
        }
        if (!node.isString()) {
            throw wrongType(name, "a string", node);
        }
        var text = node.asString();
        if (text.length() < minimum || text.length() > maximum) {
            throw refuse(
                    name,
                    "invalid_value",
                    "'%s' must have %d to %d characters, not %d.".formatted(at(name), minimum, maximum, text.length()));
        }
        return text;
    }

    public @Nullable Long integer(String name, long minimum, long maximum) {
        var node = value(name);
        if (node == null) {
            return null;
        }
        if (!node.isNumber() || !Numbers.isWhole(node)) {
            throw wrongType(name, "an integer", node);
        }
        var number = node.decimalValue();
        if (number.compareTo(java.math.BigDecimal.valueOf(minimum)) < 0
                || number.compareTo(java.math.BigDecimal.valueOf(maximum)) > 0) {
            throw outside(name, Long.toString(minimum), Long.toString(maximum), node);
        }
        return number.longValueExact();
    }

    public @Nullable Integer smallInteger(String name, int minimum, int maximum) {
        var number = integer(name, minimum, maximum);
        return number == null ? null : Math.toIntExact(number);
    }

    public @Nullable Double number(String name, double minimum, double maximum) {
        var node = value(name);
        if (node == null) {
            return null;
        }
        if (!node.isNumber()) {
            throw wrongType(name, "a number", node);
        }
        double number = Numbers.of(node);
        if (!(number >= minimum && number <= maximum)) {
            throw outside(name, Numbers.plain(minimum), Numbers.plain(maximum), node);
        }
        return number;
    }

    public boolean flag(String name) {
        var node = value(name);
        if (node != null && !node.isBoolean()) {
            throw wrongType(name, "true or false", node);
        }
        return node != null && node.booleanValue();
    }

    public @Nullable Body object(String name) {
        var node = value(name);
        if (node == null) {
            return null;
        }
        if (node instanceof ObjectNode inner) {
            return new Body(inner, at(name));
        }
        throw wrongType(name, "an object", node);
    }

    /** The object of this name, an empty one where there is none. */
    public Body part(String name) {
        var part = object(name);
        return part == null ? new Body(JSON.createObjectNode(), at(name)) : part;
    }

    /** The items of an array, at most {@code maximum}; null where the key is absent. */
    public @Nullable List<JsonNode> array(String name, int maximum) {
        var node = value(name);
        if (node == null) {
            return null;
        }
        if (!node.isArray()) {
            throw wrongType(name, "an array", node);
        }
        if (node.size() > maximum) {
            throw refuse(
                    name,
                    "array_above_max_length",
                    "'%s' has %d items; at most %d are allowed.".formatted(at(name), node.size(), maximum));
        }
        return List.copyOf(node.values());
    }

    /** The items of an array of objects, each a body with its own path such as {@code messages[3]}. */
    public @Nullable List<Body> objects(String name, int maximum) {
        var nodes = array(name, maximum);
        if (nodes == null) {
            return null;
        }
        var bodies = new ArrayList<Body>(nodes.size());
        for (int i = 0; i < nodes.size(); i++) {
            var item = name + "[" + i + "]";
            if (!(nodes.get(i) instanceof ObjectNode inner)) {
                throw wrongType(item, "an object", nodes.get(i));
            }
            bodies.add(new Body(inner, at(item)));
        }
        return bodies;
    }

    /** Refuses every other key that has a value, and says which was probably meant: what is ignored is not what was asked. */
    public Body only(String... known) {
        for (var name : names()) {
            if (has(name) && !List.of(known).contains(name)) {
                throw refuse(
                        name,
                        "unknown_parameter",
                        "Unknown parameter: '%s'.%s Possible here: %s."
                                .formatted(
                                        at(name),
                                        Likeness.nearest(name, List.of(known))
                                                .map(near -> " Did you mean '%s'?".formatted(at(near)))
                                                .orElse(""),
                                        String.join(", ", known)));
            }
        }
        return this;
    }

    public List<String> names() {
        return List.copyOf(object.propertyNames());
    }

    /** The object as plain maps, lists and numbers. */
    public Map<String, Object> toMap() {
        return Values.map(object);
    }

    /** Keys sorted at every level: two bodies that mean the same have the same canonical text. */
    public String canonical() {
        return Values.canonical(object);
    }

    public String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    public Problem refuse(String name, String code, String message) {
        return Problem.invalid(at(name), code, message);
    }

    public Problem missing(String name) {
        return refuse(name, "missing_required_parameter", "Missing required parameter: '%s'.".formatted(at(name)));
    }

    public Problem wrongType(String name, String wanted, JsonNode given) {
        return refuse(name, "invalid_type", "'%s' must be %s, not %s.".formatted(at(name), wanted, Values.kind(given)));
    }

    private Problem outside(String name, String minimum, String maximum, JsonNode given) {
        var text = given.asString();
        return refuse(
                name,
                "invalid_value",
                "'%s' must be between %s and %s, not %s."
                        .formatted(at(name), minimum, maximum, text.length() > 40 ? "that" : text));
    }

    /** An ordered copy without the named keys, for what is kept as given. */
    public Map<String, Object> without(String... names) {
        var map = new LinkedHashMap<>(toMap());
        for (var name : names) {
            map.remove(name);
        }
        return map;
    }
}
