package dev.tenon.experiments.realdata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What several processes share: who has taken what, and the lines of results. A line is written at once, so that those of
 * two processes do not mix; what was already in the file when a run began is not done again.
 *
 * @param claims folder of this run, empty in the beginning
 */
record Ledgers(Path results, Path claims) {
    private static final JsonMapper JSON = new JsonMapper();

    /** Whether this process is the first to take it. */
    boolean take(String name) {
        try {
            Files.createFile(claims.resolve(name));
            return true;
        } catch (FileAlreadyExistsException taken) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(Unit unit, Map<String, Object> result, String device) {
        var line = new LinkedHashMap<String, Object>();
        line.put("unit", unit.name());
        line.put("kind", unit.kind());
        line.put("task", unit.task());
        line.put("id", unit.contender().id());
        line.put("title", unit.contender().title());
        line.put("size", unit.contender().size());
        line.put("settings", unit.contender().settings());
        line.put("parameters", unit.contender().parameters());
        line.put("seed", unit.seed());
        line.put("device", device);
        line.putAll(result);
        byte[] bytes = (JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            Files.write(results, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What there is so far, by the unit's name; a line that was cut off is none. */
    Map<String, JsonNode> read() {
        var lines = new HashMap<String, JsonNode>();
        if (!Files.exists(results)) {
            return lines;
        }
        try {
            for (String line : Files.readAllLines(results)) {
                if (line.startsWith("{") && line.endsWith("}")) {
                    var node = JSON.readTree(line);
                    lines.put(node.get("unit").asString(), node);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    Set<String> done() {
        return read().keySet();
    }
}
