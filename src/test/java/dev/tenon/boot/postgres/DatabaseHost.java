package dev.tenon.boot.postgres;

import java.nio.file.Path;

/** A process that runs the embedded database of a home until it is ended: the victim of {@link EmbeddedDatabaseChaos}. */
final class DatabaseHost {
    private DatabaseHost() {}

    public static void main(String[] arguments) throws Exception {
        var database = EmbeddedDatabase.start(Path.of(arguments[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                database.close();
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }));
        System.out.println("ready");
        Thread.sleep(Long.MAX_VALUE);
    }
}
