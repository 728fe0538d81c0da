package dev.tenon.model;

import java.nio.file.Path;

/** The base model that the project ships, as a directory. */
final class ShippedModel {
    static final Path DIRECTORY = Path.of("src/main/resources/models/tenon-base-7m");

    private ShippedModel() {}
}
