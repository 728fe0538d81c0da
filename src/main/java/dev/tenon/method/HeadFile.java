package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.HeadForm.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a head lies in an adapter's folder: its tensors beside the method's in the weights file, where PEFT keeps what its
 * {@code modules_to_save} names, and the task and the labels' names in {@code head.json}, which PEFT does not read.
 *
 * @param labels empty where the folder is another writer's and has no {@code head.json}
 * @param prefix what stands before the head's names in the weights file
 */
record HeadFile(Task task, List<String> labels, String prefix) {
    static final String NAME = "head.json";

    private static final JsonMapper JSON = new JsonMapper();
    private static final String PEFT = "base_model.model.";
    private static final String TASK = "task_type";
    private static final String SAVED = "modules_to_save";
    private static final Map<String, Task> TASKS = Map.of("SEQ_CLS", Task.CLASSIFICATION, "TOKEN_CLS", Task.TAGGING);

    /** Names of modules that are a head's wherever they stand; the first two PEFT names by itself. */
    private static final List<String> MODULES = List.of("classifier", "score", "pre_classifier", "pooler");

    private static final int NAMED_BY_PEFT = 2;

    private record Content(String task, List<String> labels) {}

    /** What a folder says of its head, or null where it has none. */
    static @Nullable HeadFile read(Path folder) {
        Map<String, Object> settings = AdapterFolder.settings(folder);
        String prefix = settings.containsKey("peft_type") ? PEFT : "";
        Path own = folder.resolve(NAME);
        try {
            if (Files.exists(own)) {
                var content = JSON.readValue(Files.readAllBytes(own), Content.class);
                return new HeadFile(
                        Task.valueOf(content.task().toUpperCase(Locale.ROOT)), List.copyOf(content.labels()), prefix);
            }
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            throw Problem.invalid("file", "invalid_head", "'%s' must name a 'task' and its 'labels'.".formatted(NAME));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Task task = TASKS.get(String.valueOf(settings.get(TASK)));
        return task == null ? null : new HeadFile(task, List.of(), prefix);
    }

    /** Whether settings in PEFT's words name a head's task. */
    static boolean names(Map<String, Object> settings) {
        return TASKS.containsKey(String.valueOf(settings.get(TASK)));
    }

    /** The name of a head's tensor in the weights file. */
    String stored(String name) {
        return prefix + name;
    }

    /** Whether a tensor of the weights file belongs to the head. */
    boolean owns(String stored) {
        return stored.startsWith(prefix)
                && MODULES.stream()
                        .anyMatch(module -> ("." + stored.substring(prefix.length()))
                                .matches(".*\\." + module + "\\.(dense\\.|out_proj\\.)?(weight|bias)"));
    }

    /** An adapter's settings as the method reads them, without what they say of the head. */
    static Map<String, Object> withoutHead(Map<String, Object> settings) {
        var rest = new LinkedHashMap<>(settings);
        rest.remove(TASK);
        if (settings.get(SAVED) instanceof Collection<?> modules) {
            var others =
                    modules.stream().filter(module -> !MODULES.contains(module)).toList();
            rest.put(SAVED, others.isEmpty() ? null : others);
        }
        return rest;
    }

    /** Adds a head to a folder that a method has written. */
    static void add(TrainedHead trained, Path folder) {
        Map<String, Object> settings = new LinkedHashMap<>(AdapterFolder.settings(folder));
        var head = trained.head();
        String prefix = "";
        if (settings.containsKey("peft_type")) {
            prefix = PEFT;
            Task task = head.form().task();
            TASKS.forEach((name, meant) -> settings.compute(TASK, (key, old) -> meant == task ? name : old));
            settings.put(SAVED, saved(settings.get(SAVED), trained.parameters().keySet()));
            AdapterFolder.writeSettings(folder, settings);
        }
        var tensors = new TreeMap<String, dev.tenon.tensor.Tensor>();
        for (var parameter : trained.parameters().entrySet()) {
            tensors.put(prefix + parameter.getKey(), parameter.getValue());
        }
        AdapterTensors.add(folder, tensors);
        var content = new Content(head.form().task().name().toLowerCase(Locale.ROOT), head.labels());
        try {
            Files.write(
                    folder.resolve(NAME), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Object> saved(@Nullable Object before, Set<String> tensors) {
        var saved = new LinkedHashSet<Object>();
        if (before instanceof Collection<?> modules) {
            saved.addAll(modules);
        }
        saved.addAll(MODULES.subList(0, NAMED_BY_PEFT));
        MODULES.stream()
                .filter(module -> tensors.stream().anyMatch(name -> ("." + name).contains("." + module + ".")))
                .forEach(saved::add);
        return new ArrayList<>(saved);
    }
}
