package dev.tenon.method;

import dev.tenon.core.Problem;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** PEFT's {@code adapter_config.json}, read setting by setting so that none is ignored in silence. */
public final class PeftSettings {
    /** What says nothing about the computation. */
    private static final Set<String> HARMLESS = Set.of(
            "peft_type",
            "peft_version",
            "auto_mapping",
            "base_model_name_or_path",
            "revision",
            "inference_mode",
            "megatron_core");

    private static final Set<String> TASKS =
            Set.of("CAUSAL_LM", "SEQ_CLS", "TOKEN_CLS", "FEATURE_EXTRACTION", "QUESTION_ANS");

    private final Map<String, Object> left = new LinkedHashMap<>();
    private final Map<String, Object> ours = new LinkedHashMap<>();

    /** @param method whose settings they become */
    public PeftSettings(String method, Map<String, Object> settings) {
        settings.forEach((name, value) -> {
            if (value != null && !HARMLESS.contains(name)) {
                left.put(name, value);
            }
        });
        if (TASKS.contains(String.valueOf(left.get("task_type")))) {
            left.remove("task_type");
        }
        ours.put(Methods.METHOD, method);
    }

    /** Takes a setting that both mean the same by. */
    public PeftSettings same(String name) {
        return same(name, name);
    }

    /** Takes a setting that has another name with us. */
    public PeftSettings same(String theirs, String name) {
        Object value = left.remove(theirs);
        if (value != null) {
            ours.put(name, value);
        }
        return this;
    }

    /** Takes a list, which PEFT may write as a single value. */
    public PeftSettings list(String name) {
        Object value = left.remove(name);
        if (value != null) {
            ours.put(name, value instanceof Collection ? value : List.of(value));
        }
        return this;
    }

    /** Takes a setting that changes only how PEFT begins. */
    public PeftSettings skip(String name) {
        left.remove(name);
        return this;
    }

    /** Takes a setting that may only have this value; with another it is refused. */
    public PeftSettings only(String name, Object value) {
        left.remove(name, value);
        return this;
    }

    /**
     * Our settings.
     *
     * @throws Problem 400 naming every setting that is left and is not what it is when nobody sets it
     */
    public Record read() {
        var refused = new LinkedHashSet<String>();
        left.forEach((name, value) -> {
            if (!isUnset(value)) {
                refused.add(name + " = " + value);
            }
        });
        if (!refused.isEmpty()) {
            throw Problem.invalid(
                    "file",
                    "unsupported_adapter_config",
                    "'%s' has settings that are not supported: %s."
                            .formatted(AdapterFolder.SETTINGS, String.join(", ", refused)));
        }
        return Methods.scan().parse(ours);
    }

    private static boolean isUnset(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case Boolean flag -> !flag;
            case Collection<?> items -> items.isEmpty();
            case Map<?, ?> entries -> entries.isEmpty();
            default -> false;
        };
    }

    /** The settings that every PEFT file begins with, to be completed and written. */
    public static Map<String, Object> begin(String peftType, String baseName) {
        var peft = new LinkedHashMap<String, Object>();
        peft.put("peft_type", peftType);
        peft.put("task_type", "CAUSAL_LM");
        peft.put("base_model_name_or_path", baseName);
        peft.put("inference_mode", true);
        return peft;
    }

    /** A number as PEFT has it: whole ones without a fraction. */
    public static Object number(double value) {
        return value == Math.rint(value) ? (Object) (long) value : (Object) value;
    }

    /** Names as PEFT has them: null rather than an empty list. */
    public static @Nullable Object orNull(ModuleNames names) {
        return names.isEmpty() ? null : names.json();
    }

    /** A list as PEFT has it: null rather than empty. */
    public static @Nullable Object orNull(List<String> names) {
        return names.isEmpty() ? null : names;
    }
}
