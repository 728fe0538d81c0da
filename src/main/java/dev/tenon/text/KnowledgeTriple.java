package dev.tenon.text;

import dev.tenon.text.LabelledExample.Labelled;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An edge of a knowledge graph. Written as a sentence it is a text to learn a language from where there is little other
 * (Gurgurov et al. 2025, arXiv:2502.10140).
 *
 * @param subject a word or phrase, or a concept's address such as {@code /c/so/bisad}
 * @param relation its name, also as {@code /r/IsA}
 * @param object like the subject
 */
record KnowledgeTriple(String subject, String relation, String object) {
    static final String SUBJECT = "subject";
    static final String RELATION = "relation";
    static final String OBJECT = "object";

    private static final Pattern CONCEPT = Pattern.compile("/c/[^/]+/([^/]+)(/.*)?");
    private static final Pattern ADDRESS = Pattern.compile("/r/(.+)");

    KnowledgeTriple {
        subject = words(subject);
        relation = ADDRESS.matcher(relation.strip()).replaceFirst("$1");
        object = words(object);
    }

    private static String words(String end) {
        var concept = CONCEPT.matcher(end.strip());
        return concept.matches() ? concept.group(1).replace('_', ' ') : end.strip();
    }

    /** Gives its sentence to a sink, or what is wrong with it. A triple whose ends are equal says nothing and is left out. */
    void tell(long line, ExampleSink sink) {
        var phrase = Relations.phrase(relation);
        if (subject.isEmpty() || object.isEmpty()) {
            sink.wrong(
                    line,
                    subject.isEmpty() ? SUBJECT : OBJECT,
                    "not_empty",
                    "is empty.",
                    "Give every triple two ends, or leave it out.");
        } else if (phrase == null) {
            sink.wrong(
                    line,
                    RELATION,
                    "known_relation",
                    "'%s' has no phrase.".formatted(relation),
                    "Use one of %s, or write the sentence yourself as {\"text\": \"…\"}."
                            .formatted(String.join(", ", Relations.names())));
        } else if (!subject.toLowerCase(Locale.ROOT).equals(object.toLowerCase(Locale.ROOT))) {
            ExampleRules.labelled(
                    line, new Labelled("%s %s %s.".formatted(subject, phrase, object), null), SUBJECT, "", sink);
        }
    }
}
