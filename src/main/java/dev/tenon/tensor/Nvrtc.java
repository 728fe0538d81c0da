package dev.tenon.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** NVIDIA's compiler of CUDA C++ at run time, which libtorch brings along. */
final class Nvrtc {
    private static final List<String> NAMES = List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so");
    private static final FunctionDescriptor OF_PROGRAM = FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS);

    private final SymbolLookup library;

    private Nvrtc(SymbolLookup library) {
        this.library = library;
    }

    /** @throws EngineFailure where there is none */
    static Nvrtc find() {
        for (String name : NAMES) {
            var library = open(name);
            if (library != null) {
                return new Nvrtc(library);
            }
        }
        throw new EngineFailure("none of " + NAMES + " is on the library path");
    }

    private static @Nullable SymbolLookup open(String name) {
        try {
            return SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException missing) {
            return null;
        }
    }

    /**
     * The text as PTX, the cards' assembler, as the driver takes it.
     *
     * @param headers what it includes, by name
     */
    byte[] compile(String text, String name, Map<String, String> headers, List<String> options) {
        try (Arena arena = Arena.ofConfined()) {
            var program = arena.allocate(ADDRESS);
            function(
                            "nvrtcCreateProgram",
                            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS))
                    .check(
                            program,
                            arena.allocateFrom(text),
                            arena.allocateFrom(name),
                            headers.size(),
                            strings(arena, headers.values()),
                            strings(arena, headers.keySet()));
            var made = program.get(ADDRESS, 0);
            int failed =
                    (int) function("nvrtcCompileProgram", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, ADDRESS))
                            .call(made, options.size(), strings(arena, options));
            byte[] result = read(arena, made, failed == 0 ? "PTX" : "ProgramLog");
            function("nvrtcDestroyProgram", FunctionDescriptor.of(JAVA_INT, ADDRESS))
                    .check(program);
            if (failed != 0) {
                throw new EngineFailure(new String(result, StandardCharsets.UTF_8).strip());
            }
            return result;
        }
    }

    private static MemorySegment strings(Arena arena, Collection<String> all) {
        var pointers = arena.allocate(ADDRESS, Math.max(1, all.size()));
        int i = 0;
        for (String one : all) {
            pointers.setAtIndex(ADDRESS, i++, arena.allocateFrom(one));
        }
        return pointers;
    }

    private byte[] read(Arena arena, MemorySegment program, String what) {
        var size = arena.allocate(JAVA_LONG);
        function("nvrtcGet" + what + "Size", OF_PROGRAM).check(program, size);
        var bytes = arena.allocate(size.get(JAVA_LONG, 0));
        function("nvrtcGet" + what, OF_PROGRAM).check(program, bytes);
        return bytes.toArray(JAVA_BYTE);
    }

    private NativeFunction function(String name, FunctionDescriptor types) {
        return NativeFunction.of(library, name, types);
    }
}
