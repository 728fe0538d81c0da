package dev.tenon.experiments.realdata;

import dev.tenon.training.Document;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/**
 * One task as tokens.
 *
 * @param base the shipped model that is tuned
 * @param labels names of the classes; none where text is written
 * @param choosing documents on which a learning rate is chosen; they are in neither of the other two
 * @param prompts tokens to be continued, or none
 * @param stops tokens that end an answer
 */
record Corpus(
        String base,
        List<String> labels,
        List<Document> training,
        List<Document> choosing,
        List<Document> testing,
        List<List<Integer>> prompts,
        List<Integer> stops) {
    private static final JsonMapper JSON = new JsonMapper();

    static Corpus read(Path folder, String task) {
        return JSON.readValue(folder.resolve(task + ".json").toFile(), Corpus.class);
    }

    void write(Path folder, String task) {
        JSON.writeValue(folder.resolve(task + ".json").toFile(), this);
    }

    boolean classifies() {
        return !labels.isEmpty();
    }
}
