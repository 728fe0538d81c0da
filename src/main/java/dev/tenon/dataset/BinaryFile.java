package dev.tenon.dataset;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** Files that are no text, told by their first bytes. */
final class BinaryFile {
    private static final int LOOKED_AT = 8;

    /** First bytes, as ISO 8859-1, and what such a file is. */
    private static final Map<String, String> KINDS = Map.of(
            "PAR1", "a Parquet file",
            "PK\u0003\u0004", "a ZIP archive (or a document of an office program)",
            "\u001f\u008b", "compressed with gzip",
            "\u0028\u00b5\u002f\u00fd", "compressed with Zstandard",
            "\u0089PNG", "a PNG picture",
            "\u00ff\u00d8\u00ff", "a JPEG picture",
            "%PDF", "a PDF document",
            "ARROW1", "an Arrow file",
            "SQLite f", "an SQLite database");

    private BinaryFile() {}

    /** Looks at the beginning of a stream that can go back to it. */
    static Optional<LineProblem> of(BufferedInputStream in) throws IOException {
        in.mark(LOOKED_AT);
        String beginning = new String(in.readNBytes(LOOKED_AT), StandardCharsets.ISO_8859_1);
        in.reset();
        return KINDS.entrySet().stream()
                .filter(kind -> beginning.startsWith(kind.getKey()))
                .findFirst()
                .map(
                        kind -> new LineProblem(
                                1,
                                "file",
                                "text",
                                "The file is %s, not text.".formatted(kind.getValue()),
                                "Upload the examples as text in UTF-8: one JSON object on each line, or CSV with the columns text and label."));
    }
}
