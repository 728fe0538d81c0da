package dev.tenon.tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Builds a TorchScript archive from the kernel texts. Each text holds plain functions; every function that is called
 * from Java ({@code # export name} in its file) gets a method of the one module.
 */
final class KernelArchive {
    private static final String FOLDER = "kernels/";
    private static final Pattern DEFINITION = Pattern.compile("(?m)^def (\\w+)\\((.*?)\\) -> ([^\\n]+):\\s*$");

    private KernelArchive() {}

    /** The bytes of a zip with stored entries, as {@code torch.jit.load} reads it. */
    static byte[] assemble() {
        var functions = new StringBuilder();
        for (String file : files()) {
            functions.append(text(FOLDER + file)).append('\n');
        }
        var module =
                new StringBuilder("class Ops(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
        var matcher = DEFINITION.matcher(functions);
        while (matcher.find()) {
            module.append(method(matcher.group(1), matcher.group(2), matcher.group(3)));
        }
        try {
            return zip(module.append(functions).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String method(String name, String parameters, String result) {
        var names = new ArrayList<String>();
        for (String part : parameters.split(",\\s*(?=\\w+:)")) {
            if (!part.isBlank()) {
                names.add(part.substring(0, part.indexOf(':')).strip());
            }
        }
        String list = parameters.isBlank() ? "" : ", " + parameters;
        return "  def %s(self: __torch__.Ops%s) -> %s:\n    return __torch__.%s(%s)\n"
                .formatted(name, list, result, name, String.join(", ", names));
    }

    /** The names of all {@code kernels/*.py} on the class path, from folders and from jars. */
    static List<String> files() {
        var names = new TreeSet<String>();
        try {
            for (URL root :
                    Collections.list(KernelArchive.class.getClassLoader().getResources(FOLDER))) {
                if (root.openConnection() instanceof JarURLConnection jar) {
                    String folder = Objects.requireNonNull(jar.getEntryName());
                    jar.getJarFile().stream()
                            .map(ZipEntry::getName)
                            .filter(name -> name.startsWith(folder))
                            .forEach(name -> names.add(name.substring(folder.length())));
                } else {
                    try (var listing = Files.list(Path.of(root.toURI()))) {
                        listing.forEach(file -> names.add(file.getFileName().toString()));
                    }
                }
            }
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException("The kernels on the class path could not be listed", e);
        }
        return names.stream().filter(name -> name.endsWith(".py")).toList();
    }

    private static String text(String resource) {
        try (InputStream in = KernelArchive.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("The kernel file " + resource + " is missing from the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] zip(String source) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            store(zip, "tenon/data.pkl", emptyModule());
            store(zip, "tenon/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            store(zip, "tenon/version", "3\n".getBytes(StandardCharsets.US_ASCII));
            store(zip, "tenon/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /** A protocol-2 pickle of an object of class {@code __torch__.Ops} whose only attribute is {@code training = True}. */
    private static byte[] emptyModule() throws IOException {
        var pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] {(byte) 0x80, 2});
        pickle.write("c__torch__\nOps\n)".getBytes(StandardCharsets.US_ASCII));
        pickle.write(new byte[] {(byte) 0x81, '}', 'X', 8, 0, 0, 0});
        pickle.write("training".getBytes(StandardCharsets.US_ASCII));
        pickle.write(new byte[] {(byte) 0x88, 's', 'b', '.'});
        return pickle.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] data) throws IOException {
        var entry = new ZipEntry(name);
        var checksum = new CRC32();
        checksum.update(data);
        entry.setCrc(checksum.getValue());
        entry.setSize(data.length);
        zip.putNextEntry(entry);
        zip.write(data);
        zip.closeEntry();
    }
}
