package dev.tenon.serving.json;

import dev.tenon.serving.OutputFormat;
import dev.tenon.text.Tokenizer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Makes constraints. Answers of one model in one format share what was worked out about it; the formats used last are
 * kept, as long as their tokenizer is.
 */
public final class JsonConstraints {
    private static final int FORMATS = 16;
    private static final Map<Tokenizer, Map<OutputFormat, TokenMasks>> KNOWN = new WeakHashMap<>();

    private JsonConstraints() {}

    /** Throws a problem that names the part of a schema which cannot be kept. */
    public static JsonConstraint of(OutputFormat format, Tokenizer tokenizer, Set<Integer> stopIds, int maxTokens) {
        return new JsonConstraint(masks(format, tokenizer), stopIds, maxTokens);
    }

    private static TokenMasks masks(OutputFormat format, Tokenizer tokenizer) {
        synchronized (KNOWN) {
            var formats = KNOWN.computeIfAbsent(tokenizer, unknown -> new Recent());
            var known = formats.get(format);
            if (known != null) {
                return known;
            }
        }
        // outside the lock: a large schema holds up nobody else
        var vocabulary = tokenizer.bytes();
        var automaton = new Automaton(SchemaCompiler.compile(format), TokenMasks.alone(vocabulary));
        if (automaton.start() == State.DEAD) {
            throw SchemaCompiler.endless();
        }
        var fresh = new TokenMasks(automaton, vocabulary);
        synchronized (KNOWN) {
            KNOWN.computeIfAbsent(tokenizer, unknown -> new Recent()).put(format, fresh);
        }
        return fresh;
    }

    /** The formats used last. */
    private static final class Recent extends LinkedHashMap<OutputFormat, TokenMasks> {
        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<OutputFormat, TokenMasks> eldest) {
            return size() > FORMATS;
        }
    }
}
