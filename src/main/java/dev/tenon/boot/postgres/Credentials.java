package dev.tenon.boot.postgres;

import dev.tenon.core.Ids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;

/** The generated passwords of one cluster, kept in a file that only its owner reads. */
record Credentials(String superuser, String owner, String application) {
    static final String SUPERUSER = "postgres";
    /** Owns the tables; only migrations use it. */
    static final String OWNER = "tenon_owner";
    /** Reads and writes rows; cannot change a table. */
    static final String APPLICATION = "tenon";

    static Credentials of(Path folder, Path data) throws IOException {
        var file = folder.resolve("credentials");
        if (Files.exists(file)) {
            return read(file);
        }
        if (Files.isDirectory(data)) {
            throw new IOException("The database in " + data + " has no " + file
                    + ": restore that file, or move the folder away to start with an empty database.");
        }
        var fresh = new Credentials(Ids.letters(32), Ids.letters(32), Ids.letters(32));
        writePrivately(
                file,
                "superuser=%s\nowner=%s\napplication=%s\n".formatted(fresh.superuser, fresh.owner, fresh.application));
        return fresh;
    }

    private static Credentials read(Path file) throws IOException {
        var values = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            values.load(reader);
        }
        return new Credentials(
                values.getProperty("superuser", ""),
                values.getProperty("owner", ""),
                values.getProperty("application", ""));
    }

    static void writePrivately(Path file, String text) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.deleteIfExists(file);
        Files.createFile(file, mode);
        Files.writeString(file, text, StandardOpenOption.WRITE);
    }

    @Override
    public String toString() {
        return "Credentials[…]";
    }
}
