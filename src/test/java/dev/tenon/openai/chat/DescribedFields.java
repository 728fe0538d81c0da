package dev.tenon.openai.chat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.Yaml;

/** All fields of a request, at every depth, as the served description of the API has them. */
final class DescribedFields {

    /** A field by its path in a body, {@code messages[0].name}, with what is said of it. */
    record Field(String path, Map<String, Object> said) {
        List<String> types() {
            return switch (said.get("type")) {
                case null -> List.of();
                case List<?> several -> several.stream().map(String::valueOf).toList();
                case Object one -> List.of(String.valueOf(one));
            };
        }

        /** Whether the description allows this number. */
        boolean admits(double number) {
            return number >= bound("minimum", Double.NEGATIVE_INFINITY)
                    && number <= bound("maximum", Double.POSITIVE_INFINITY);
        }

        private double bound(String name, double otherwise) {
            return said.get(name) instanceof Number number ? number.doubleValue() : otherwise;
        }

        /** The path of the object that it stands in, empty for the body. */
        String parent() {
            int dot = path.lastIndexOf('.');
            return dot < 0 ? "" : path.substring(0, dot);
        }

        String name() {
            return path.substring(path.lastIndexOf('.') + 1);
        }
    }

    private final Map<String, Object> schemas;
    private final List<Field> found = new ArrayList<>();
    private final Set<String> within = new HashSet<>();

    private DescribedFields(Map<String, Object> schemas) {
        this.schemas = schemas;
    }

    static List<Field> of(String description, String request) {
        Map<String, Map<String, Map<String, Object>>> whole = new Yaml().load(description);
        var fields = new DescribedFields(whole.get("components").get("schemas"));
        fields.walk(fields.schemas.get(request), "");
        return fields.found;
    }

    private void walk(Object schema, String path) {
        if (!(schema instanceof Map<?, ?> map)) {
            return;
        }
        if (map.get("$ref") instanceof String pointer) {
            var name = pointer.substring(pointer.lastIndexOf('/') + 1);
            if (within.add(name)) {
                walk(schemas.get(name), path);
                within.remove(name);
            }
            return;
        }
        if (map.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach((name, said) -> {
                var inner = path.isEmpty() ? name.toString() : path + "." + name;
                found.add(new Field(inner, resolved(said)));
                walk(said, inner);
            });
        }
        walk(map.get("items"), path + "[0]");
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> resolved(Object said) {
        var map = (Map<String, Object>) said;
        return map.get("$ref") instanceof String pointer
                ? (Map<String, Object>) schemas.get(pointer.substring(pointer.lastIndexOf('/') + 1))
                : map;
    }
}
