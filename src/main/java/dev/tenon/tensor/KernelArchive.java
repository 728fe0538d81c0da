package dev.tenon.tensor;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes the kernels as one TorchScript archive and loads it. The archive is a zip of stored entries: a pickled empty
 * object of class {@code __torch__.Ops}, an empty tuple of constants, a version and the source text. Every function of
 * the sources becomes a method of {@code Ops} of the same name, so that Java can call it.
 */
final class KernelArchive {
    private static final Pattern FUNCTION =
            Pattern.compile("^def (\\w+)\\(([^)]*)\\)\\s*->\\s*([^\\n]+?):[ \\t]*$", Pattern.MULTILINE);
    private static final Pattern PARAMETER = Pattern.compile("(\\w+)\\s*:");

    private KernelArchive() {}

    /** Kernel sources by file name. */
    static Map<String, String> sources() {
        var sources = new TreeMap<String, String>();
        for (String name : ClassPathFolder.list("kernels", ".py")) {
            sources.put(name, ClassPathFolder.read("kernels/" + name));
        }
        return sources;
    }

    /** Loads sources as a module and returns its handle, which lives as long as the process. */
    static long load(Map<String, String> sources) {
        NDManager manager = NDManager.newBaseManager(ai.djl.Device.cpu(), "PyTorch");
        try {
            var archive = new ByteArrayInputStream(archive(assemble(sources)));
            return JniUtils.loadModule((PtNDManager) manager, archive, false, false)
                    .getHandle();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ai.djl.engine.EngineException e) {
            throw new EngineFailure("the kernels do not compile: " + e.getMessage(), e);
        }
    }

    /** One source text: the class with a method per function, then the functions. */
    static String assemble(Map<String, String> sources) {
        var owners = new TreeMap<String, String>();
        var methods =
                new StringBuilder("class Ops(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
        var functions = new StringBuilder();
        sources.forEach((file, text) -> {
            Matcher function = FUNCTION.matcher(text);
            while (function.find()) {
                String name = function.group(1);
                String before = owners.put(name, file);
                if (before != null) {
                    throw new EngineFailure("kernel " + name + " is in " + before + " and in " + file);
                }
                String parameters = function.group(2).strip();
                var names = new StringBuilder();
                Matcher parameter = PARAMETER.matcher(parameters);
                while (parameter.find()) {
                    names.append(names.isEmpty() ? "" : ", ").append(parameter.group(1));
                }
                methods.append("  def ").append(name).append("(self: __torch__.Ops");
                methods.append(parameters.isEmpty() ? "" : ", " + parameters.replaceAll("\\s+", " "));
                methods.append(") -> ").append(function.group(3)).append(":\n    return __torch__.");
                methods.append(name).append('(').append(names).append(")\n");
            }
            functions.append('\n').append(text).append('\n');
        });
        return methods.append(functions).toString();
    }

    private static byte[] archive(String source) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            store(zip, "x/data.pkl", emptyObject());
            store(zip, "x/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            store(zip, "x/version", "3\n".getBytes(StandardCharsets.US_ASCII));
            store(zip, "x/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    /** Protocol-2 pickle of {@code Ops()} with {@code training = True}. */
    private static byte[] emptyObject() throws IOException {
        var out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x80, 2});
        out.write("c__torch__\nOps\n)".getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[] {(byte) 0x81, '}', 'X', 8, 0, 0, 0});
        out.write("training".getBytes(StandardCharsets.US_ASCII));
        out.write(new byte[] {(byte) 0x88, 's', 'b', '.'});
        return out.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] data) throws IOException {
        var entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(data.length);
        var crc = new CRC32();
        crc.update(data);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(data);
        zip.closeEntry();
    }
}
