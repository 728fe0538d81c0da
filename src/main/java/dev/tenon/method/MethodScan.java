package dev.tenon.method;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.stream.Stream;

/** Finds the classes below this package that implement {@link AdapterMethod}. */
final class MethodScan {
    private static final String FOLDER = Methods.class.getPackageName().replace('.', '/') + "/";
    private static final String CLASS = ".class";
    private static final String SELF = "Methods" + CLASS;

    private MethodScan() {}

    static List<AdapterMethod<?>> find() {
        var names = new TreeSet<String>();
        try {
            for (URL root : roots()) {
                names.addAll(classes(root));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The methods could not be listed", e);
        }
        var found = new ArrayList<AdapterMethod<?>>();
        for (String name : names) {
            Class<?> type = load(name);
            if (AdapterMethod.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
                found.add(make(type));
            }
        }
        return found;
    }

    /** Every place of the class path that has this package, test classes among them. */
    private static Set<URL> roots() throws IOException {
        var roots = new LinkedHashSet<URL>();
        ClassLoader loader = Methods.class.getClassLoader();
        // by a class as well: a jar may have no entries for its folders
        URL self = loader.getResource(FOLDER + SELF);
        if (self != null) {
            roots.add(self);
        }
        roots.addAll(Collections.list(loader.getResources(FOLDER)));
        return roots;
    }

    private static Set<String> classes(URL root) throws IOException {
        URLConnection connection = root.openConnection();
        if (connection instanceof JarURLConnection jar) {
            String prefix = withoutSelf(jar.getEntryName() == null ? FOLDER : jar.getEntryName());
            var found = new TreeSet<String>();
            jar.getJarFile().stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.startsWith(prefix))
                    .forEach(name -> add(name.substring(prefix.length()), found));
            return found;
        }
        var found = new TreeSet<String>();
        Path folder = Path.of(URI.create(withoutSelf(root.toString())));
        try (Stream<Path> files = Files.walk(folder)) {
            files.forEach(file -> add(
                    folder.relativize(file)
                            .toString()
                            .replace(folder.getFileSystem().getSeparator(), "/"),
                    found));
        }
        return found;
    }

    private static String withoutSelf(String path) {
        return path.endsWith(SELF) ? path.substring(0, path.length() - SELF.length()) : path;
    }

    /** Takes classes of sub-packages that are not nested in others. */
    private static void add(String file, Set<String> found) {
        if (file.endsWith(CLASS) && file.contains("/") && !file.contains("$") && !file.endsWith("package-info.class")) {
            String name = file.substring(0, file.length() - CLASS.length()).replace('/', '.');
            found.add(Methods.class.getPackageName() + "." + name);
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, Methods.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(name + " is listed but cannot be loaded", e);
        }
    }

    private static AdapterMethod<?> make(Class<?> type) {
        try {
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return (AdapterMethod<?>) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName() + " needs a constructor without arguments", e);
        }
    }
}
