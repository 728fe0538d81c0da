package dev.tenon.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Lists the files of one folder of the class path, in directories, jars and jars within jars alike. */
public final class ClassPathFolder {
    private ClassPathFolder() {}

    /** Names (without the folder) that end as given, over all class-path entries, sorted. */
    public static SortedSet<String> list(String folder, String ending) {
        var names = new TreeSet<String>();
        try {
            ClassLoader loader = ClassPathFolder.class.getClassLoader();
            for (URL url : Collections.list(loader.getResources(folder))) {
                if (url.getProtocol().equals("file")) {
                    try (Stream<Path> files = Files.list(Path.of(url.toURI()))) {
                        files.map(file -> file.getFileName().toString()).forEach(names::add);
                    }
                } else if (url.openConnection() instanceof JarURLConnection connection) {
                    JarFile jar = connection.getJarFile();
                    String prefix = connection.getEntryName();
                    String start = prefix.endsWith("/") ? prefix : prefix + "/";
                    jar.stream()
                            .map(entry -> entry.getName())
                            .filter(name -> name.startsWith(start))
                            .map(name -> name.substring(start.length()))
                            .forEach(names::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        names.removeIf(name -> name.contains("/") || !name.endsWith(ending));
        return names;
    }

    /** The text of one class-path file. */
    public static String read(String file) {
        try (InputStream in = ClassPathFolder.class.getClassLoader().getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("not on the class path: " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
