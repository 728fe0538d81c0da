package dev.tenon.training;

import dev.tenon.core.Problem;
import dev.tenon.text.ExampleSink;

/** Reads files that were validated when they came in: what is wrong in one now ends the job. */
interface FailingSink extends ExampleSink {
    @Override
    default void wrong(long line, String field, String rule, String message, String fix) {
        throw Problem.invalid(
                "training_file", "invalid_dataset", "Line %d, %s: %s %s".formatted(line, field, message, fix));
    }
}
