package dev.tenon.artifact;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * The parsed header of a safetensors file. It is read token by token, so nothing is allocated because a number in it
 * says so.
 */
record SafetensorsHeader(Map<String, TensorEntry> entries, Map<String, String> metadata) {
    private static final int MAX_RANK = 8;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.\\-/:+ ]+");
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(3)
                    .maxStringLength(64 << 10)
                    .maxNameLength(512)
                    .maxNumberLength(20)
                    .build())
            .build();

    static SafetensorsHeader parse(String file, byte[] bytes, long dataBytes, SafetensorsLimits limits) {
        if (bytes[0] != '{') {
            throw SafetensorsFile.invalid(file, "its header does not begin with '{'");
        }
        requireUtf8(file, bytes);
        var entries = new LinkedHashMap<String, TensorEntry>();
        var metadata = new LinkedHashMap<String, String>();
        try (var parser = JSON.createParser(bytes)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                if (name.equals("__metadata__")) {
                    readMetadata(file, parser, metadata, limits);
                } else {
                    checkName(file, name, limits);
                    entries.put(name, readEntry(file, name, parser));
                    if (entries.size() > limits.tensors()) {
                        throw SafetensorsFile.invalid(file, "it has more than %d tensors".formatted(limits.tensors()));
                    }
                }
            }
            if (parser.nextToken() != null) {
                throw SafetensorsFile.invalid(file, "its header goes on after the closing brace");
            }
        } catch (JacksonException e) {
            throw SafetensorsFile.invalid(file, "its header is not valid JSON (" + e.getOriginalMessage() + ")");
        }
        requireTiling(file, entries, dataBytes);
        return new SafetensorsHeader(Collections.unmodifiableMap(entries), Collections.unmodifiableMap(metadata));
    }

    private static void requireUtf8(String file, byte[] bytes) {
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw SafetensorsFile.invalid(file, "its header is not UTF-8");
        }
    }

    private static void checkName(String file, String name, SafetensorsLimits limits) {
        if (name.length() > limits.nameLength() || !NAME.matcher(name).matches()) {
            String shown = name.length() > 40 ? name.substring(0, 40) + "…" : name;
            throw SafetensorsFile.invalid(
                    file,
                    "the tensor name '%s' is longer than %d characters or has others than letters, digits and . _ - / : +"
                            .formatted(shown, limits.nameLength()));
        }
    }

    private static void readMetadata(
            String file, JsonParser parser, Map<String, String> metadata, SafetensorsLimits limits) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw SafetensorsFile.invalid(file, "__metadata__ is not an object");
        }
        long bytes = 0;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                throw SafetensorsFile.invalid(file, "__metadata__ has a value that is not text at '%s'".formatted(key));
            }
            bytes += key.length() + parser.getString().length();
            if (bytes > limits.metadataBytes()) {
                throw SafetensorsFile.invalid(
                        file, "__metadata__ is larger than %d bytes".formatted(limits.metadataBytes()));
            }
            metadata.put(key, parser.getString());
        }
    }

    private static TensorEntry readEntry(String file, String name, JsonParser parser) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw SafetensorsFile.invalid(file, "the entry of '%s' is not an object".formatted(name));
        }
        String type = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            switch (parser.currentName()) {
                case "dtype" -> type = parser.nextToken() == JsonToken.VALUE_STRING ? parser.getString() : null;
                case "shape" -> shape = numbers(file, name, parser, MAX_RANK);
                case "data_offsets" -> offsets = numbers(file, name, parser, 2);
                default ->
                    throw SafetensorsFile.invalid(
                            file, "'%s' has the unknown key '%s'".formatted(name, parser.currentName()));
            }
        }
        if (type == null || shape == null || offsets == null || offsets.size() != 2) {
            throw SafetensorsFile.invalid(file, "'%s' needs dtype, shape and two data_offsets".formatted(name));
        }
        return checked(file, name, type, shape, offsets.getFirst(), offsets.getLast());
    }

    private static List<Long> numbers(String file, String name, JsonParser parser, int most) {
        if (parser.nextToken() != JsonToken.START_ARRAY) {
            throw SafetensorsFile.invalid(file, "'%s' has a shape or data_offsets that is not a list".formatted(name));
        }
        var values = new ArrayList<Long>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || parser.getLongValue() < 0) {
                throw SafetensorsFile.invalid(file, "'%s' has a size that is not a whole number ≥ 0".formatted(name));
            }
            values.add(parser.getLongValue());
            if (values.size() > most) {
                throw SafetensorsFile.invalid(file, "'%s' has more than %d numbers in one list".formatted(name, most));
            }
        }
        return values;
    }

    private static TensorEntry checked(String file, String name, String type, List<Long> shape, long begin, long end) {
        ElementType element;
        try {
            element = ElementType.valueOf(type);
        } catch (IllegalArgumentException e) {
            throw SafetensorsFile.invalid(
                    file,
                    "'%s' has the dtype '%s'; supported are %s".formatted(name, type, List.of(ElementType.values())));
        }
        try {
            long bytes = element.bytes();
            for (long length : shape) {
                bytes = Math.multiplyExact(bytes, length);
            }
            if (end < begin || end - begin != bytes) {
                throw SafetensorsFile.invalid(
                        file, "'%s' needs %d bytes but its offsets span %d".formatted(name, bytes, end - begin));
            }
            return new TensorEntry(name, element, shape, begin, bytes);
        } catch (ArithmeticException e) {
            throw SafetensorsFile.invalid(file, "the size of '%s' overflows".formatted(name));
        }
    }

    private static void requireTiling(String file, Map<String, TensorEntry> entries, long dataBytes) {
        var ordered = new ArrayList<>(entries.values());
        ordered.sort((a, b) ->
                a.offset() != b.offset() ? Long.compare(a.offset(), b.offset()) : Long.compare(a.bytes(), b.bytes()));
        long position = 0;
        for (TensorEntry entry : ordered) {
            if (entry.offset() != position) {
                throw SafetensorsFile.invalid(
                        file,
                        "there is a gap or an overlap before '%s' (it begins at %d, expected %d)"
                                .formatted(entry.name(), entry.offset(), position));
            }
            position += entry.bytes();
            if (position > dataBytes) {
                throw SafetensorsFile.invalid(
                        file,
                        "'%s' ends at byte %d but there are only %d; the file is cut off"
                                .formatted(entry.name(), position, dataBytes));
            }
        }
        if (position != dataBytes) {
            throw SafetensorsFile.invalid(file, "%d bytes follow the last tensor".formatted(dataBytes - position));
        }
    }
}
