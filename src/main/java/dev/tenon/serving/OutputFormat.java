package dev.tenon.serving;

import tools.jackson.databind.JsonNode;

/** The form that an answer must have. */
public sealed interface OutputFormat {

    /** Any JSON object. */
    record AnyObject() implements OutputFormat {}

    /** A JSON value that a JSON Schema admits. */
    record Schema(JsonNode schema) implements OutputFormat {}
}
