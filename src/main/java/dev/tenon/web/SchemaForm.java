package dev.tenon.web;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A form made from a method's JSON Schema, and the way back from what a reader typed to the {@code adapter} object. It
 * only gives the values their types: what is allowed is decided by the method alone.
 */
final class SchemaForm {
    static final String PREFIX = "adapter.";
    /** Sent with every check box, because an unchecked one sends nothing. */
    static final String SHOWN = "shown.";

    private static final int BASIC_FIELDS = 4;
    private final Map<String, Map<String, Object>> properties = new LinkedHashMap<>();
    private final JsonMapper json;

    SchemaForm(Map<String, Object> schema, JsonMapper json) {
        this.json = json;
        if (schema.get("properties") instanceof Map<?, ?> all) {
            all.forEach((name, property) -> {
                if (property instanceof Map<?, ?> one && !name.equals("method")) {
                    properties.put(name.toString(), strings(one));
                }
            });
        }
    }

    /** The fields in the schema's order, filled with what was typed, or with the defaults. */
    List<FormField> fields(MultiValueMap<String, String> typed) {
        boolean flagged = properties.values().stream().anyMatch(property -> property.containsKey("x-advanced"));
        var fields = new ArrayList<FormField>();
        properties.forEach((name, property) -> fields.add(field(
                name,
                property,
                typed,
                flagged ? Boolean.TRUE.equals(property.get("x-advanced")) : fields.size() >= BASIC_FIELDS)));
        return fields;
    }

    /** The typed values with the schema's types; empty ones are left out, so that the method's default counts. */
    Map<String, Object> values(MultiValueMap<String, String> typed) {
        var values = new LinkedHashMap<String, Object>();
        properties.forEach((name, property) -> {
            var texts = typed.get(PREFIX + name);
            if (control(property).equals("check")) {
                if (typed.containsKey(SHOWN + name)) {
                    values.put(name, texts != null && !texts.isEmpty());
                }
            } else if (texts != null && texts.stream().anyMatch(text -> !text.isBlank())) {
                values.put(name, value(property, texts));
            }
        });
        return values;
    }

    /** The way back: what somebody would have typed for these values. */
    MultiValueMap<String, String> typed(Map<String, Object> values) {
        var typed = new LinkedMultiValueMap<String, String>();
        properties.forEach((name, property) -> {
            var value = values.get(name);
            String control = control(property);
            if (control.equals("check")) {
                typed.add(SHOWN + name, "1");
            }
            if (value instanceof Map<?, ?> map
                    && control.equals("choice")
                    && map.get("format") instanceof String named) {
                typed.add(PREFIX + name, named);
            } else if (value != null && values.containsKey(name)) {
                typed.addAll(PREFIX + name, texts(value, control));
            }
        });
        return typed;
    }

    private Object value(Map<String, Object> property, List<String> texts) {
        String text = texts.getFirst().strip();
        return switch (control(property)) {
            case "number" -> number(text);
            case "choices" -> texts.stream().filter(one -> !one.isBlank()).toList();
            case "list" -> listOrPattern(property, text);
            case "json" -> parsed(text);
            case "choice" -> typedOption(property, text);
            default -> text;
        };
    }

    /** A text that is no number stays one: the method's refusal names the field and shows what was typed. */
    private static Object number(String text) {
        try {
            var number = new BigDecimal(text.replace(",", "."));
            return number.scale() <= 0 && number.precision() <= 18
                    ? (Object) number.longValueExact()
                    : number.doubleValue();
        } catch (ArithmeticException | NumberFormatException e) {
            return text;
        }
    }

    /** Some settings take names or one pattern over names: what cannot be a name is sent as the pattern it is. */
    private static Object listOrPattern(Map<String, Object> property, String text) {
        boolean either = property.get("type") instanceof List<?> types && types.contains("string");
        boolean pattern = text.equals(property.get("default")) || !text.matches("[A-Za-z0-9_.,\\s]*");
        return either && pattern ? text : list(text);
    }

    private static List<Object> list(String text) {
        var items = new ArrayList<Object>();
        for (String item : text.split("[,\\s]+", -1)) {
            if (!item.isEmpty()) {
                items.add(item.matches("-?[0-9]{1,9}") ? (Object) Integer.valueOf(item) : item);
            }
        }
        return items;
    }

    private Object parsed(String text) {
        try {
            return json.readValue(text, Object.class);
        } catch (JacksonException e) {
            return text;
        }
    }

    private static Object typedOption(Map<String, Object> property, String text) {
        var options = named(property);
        return options != null
                ? options.stream()
                        .filter(option -> String.valueOf(option).equals(text))
                        .<Object>map(option -> option)
                        .findFirst()
                        .orElse(text)
                : text;
    }

    private FormField field(
            String name, Map<String, Object> property, MultiValueMap<String, String> typed, boolean advanced) {
        String control = control(property);
        boolean shown = typed.containsKey(PREFIX + name) || typed.containsKey(SHOWN + name);
        var minimum = bound(property, "minimum", "exclusiveMinimum");
        var maximum = bound(property, "maximum", "exclusiveMaximum");
        return new FormField(
                PREFIX + name,
                text(property, "title", name.replace('_', ' ')),
                text(property, "description", ""),
                control,
                shown ? typed.getOrDefault(PREFIX + name, List.of()) : standard(property, control),
                options(property),
                minimum,
                maximum,
                "integer".equals(type(property)) ? "1" : "any",
                limits(property, minimum, maximum),
                advanced);
    }

    private List<String> standard(Map<String, Object> property, String control) {
        return texts(property.get("default"), control);
    }

    private List<String> texts(@Nullable Object value, String control) {
        if (value == null || Boolean.FALSE.equals(value)) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            var texts = list.stream().map(String::valueOf).toList();
            return control.equals("choices") ? texts : List.of(String.join(", ", texts));
        }
        if (value instanceof Map<?, ?> map) {
            return map.isEmpty() ? List.of() : List.of(json.writeValueAsString(map));
        }
        return List.of(value instanceof Double number ? plain(number) : value.toString());
    }

    private static String control(Map<String, Object> property) {
        if (named(property) != null) {
            return "choice";
        }
        return switch (type(property)) {
            case "integer", "number" -> "number";
            case "boolean" -> "check";
            case "array" ->
                property.get("items") instanceof Map<?, ?> items && items.get("enum") instanceof List<?>
                        ? "choices"
                        : "list";
            case "object" -> "json";
            default -> "text";
        };
    }

    /** The allowed values where there are few: the setting's own, or those that stand for an object. */
    private static @Nullable List<?> named(Map<String, Object> property) {
        Object names = property.get("anyOf") instanceof List<?> ways && ways.getFirst() instanceof Map<?, ?> first
                ? first.get("enum")
                : property.get("enum");
        return names instanceof List<?> list ? list : null;
    }

    /** The type, of {@code ["integer", "null"]} the first that means something. */
    private static String type(Map<String, Object> property) {
        var type = property.get("type");
        if (type instanceof List<?> several) {
            return several.stream()
                    .map(String::valueOf)
                    .filter(one -> !one.equals("null"))
                    .findFirst()
                    .orElse("string");
        }
        return type == null ? "string" : type.toString();
    }

    private static List<String> options(Map<String, Object> property) {
        var named = named(property);
        var source = named != null
                ? named
                : property.get("items") instanceof Map<?, ?> items && items.get("enum") instanceof List<?> each
                        ? each
                        : List.of();
        return source.stream().map(String::valueOf).toList();
    }

    private static @Nullable String bound(Map<String, Object> property, String key, String exclusive) {
        var value = property.containsKey(key) ? property.get(key) : property.get(exclusive);
        return value instanceof Number number ? plain(number) : null;
    }

    private static String limits(Map<String, Object> property, @Nullable String minimum, @Nullable String maximum) {
        String low = property.containsKey("exclusiveMinimum") ? "more than " + minimum : "at least " + minimum;
        String high = property.containsKey("exclusiveMaximum") ? "less than " + maximum : "at most " + maximum;
        if (minimum != null && maximum != null) {
            return low + ", " + high;
        }
        return minimum != null ? low : maximum != null ? high : "";
    }

    private static String plain(Number number) {
        return new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
    }

    private static String text(Map<String, Object> property, String key, String otherwise) {
        return property.get(key) instanceof String text && !text.isBlank() ? text : otherwise;
    }

    private static Map<String, Object> strings(Map<?, ?> map) {
        var copy = new LinkedHashMap<String, Object>();
        map.forEach((key, value) -> copy.put(String.valueOf(key), value));
        return copy;
    }
}
