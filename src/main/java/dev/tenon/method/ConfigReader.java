package dev.tenon.method;

import dev.tenon.core.Problem;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Turns settings from JSON into a record and back, by the {@link Setting}s of its components. */
final class ConfigReader {
    private static final JsonMapper JSON = new JsonMapper();

    private ConfigReader() {}

    /** {@code targetModules} is {@code target_modules} in JSON. */
    static String jsonName(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
    }

    static Setting setting(RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new IllegalStateException("%s.%s lacks @Setting"
                    .formatted(component.getDeclaringRecord().getName(), component.getName()));
        }
        return setting;
    }

    static Object defaultValue(RecordComponent component) {
        return JSON.readValue(setting(component).value(), Object.class);
    }

    /** Settings of a method: the object {@code adapter}. */
    static <C extends Record> C read(Class<C> type, Map<String, Object> settings) {
        return read("adapter", type, settings);
    }

    /** The settings in the object of this name. */
    static <C extends Record> C read(String object, Class<C> type, Map<String, Object> settings) {
        RecordComponent[] components = type.getRecordComponents();
        var unknown = new LinkedHashSet<>(settings.keySet());
        var values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = jsonName(components[i]);
            unknown.remove(name);
            Object given = settings.get(name);
            values[i] = ConfigValue.read(object, components[i], given == null ? defaultValue(components[i]) : given);
        }
        if (!unknown.isEmpty()) {
            String first = unknown.iterator().next();
            throw Problem.invalid(
                    object + "." + first,
                    "unknown_field",
                    "'%s.%s' does not exist; possible are %s."
                            .formatted(
                                    object,
                                    first,
                                    String.join(
                                            ", ",
                                            Arrays.stream(components)
                                                    .map(ConfigReader::jsonName)
                                                    .toList())));
        }
        return make(type, components, values);
    }

    private static <C extends Record> C make(Class<C> type, RecordComponent[] components, Object[] values) {
        try {
            var constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Problem problem) {
                throw problem;
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    static Map<String, Object> write(Record config) {
        var written = new LinkedHashMap<String, Object>();
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            try {
                var accessor = component.getAccessor();
                accessor.setAccessible(true);
                Object value = accessor.invoke(config);
                written.put(jsonName(component), value instanceof ModuleNames names ? names.json() : value);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return written;
    }
}
