package dev.tenon.text;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.tenon.text.LabelledExample.Labelled;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Labelled texts, or triples of a knowledge graph, in separated values (RFC 4180; comma, tab or semicolon), whose header
 * names the columns.
 */
public final class LabelledTable {
    private static final List<String> TEXTS = List.of("text", "sentence", "utterance", "content", "query");
    private static final List<String> LABELS =
            List.of("label", "category", "class", "intent", "topic", "sentiment", "target");
    private static final List<List<String>> TRIPLE = List.of(
            List.of(KnowledgeTriple.SUBJECT, "start", "head"),
            List.of(KnowledgeTriple.RELATION, "predicate"),
            List.of(KnowledgeTriple.OBJECT, "end", "tail"));
    private static final char[] SEPARATORS = {',', '\t', ';'};

    private final ExampleSink sink;
    private long line = 1;
    private int textColumn;
    private int labelColumn;
    private List<Integer> triple = List.of();
    private List<String> header = List.of();

    private LabelledTable(ExampleSink sink) {
        this.sink = sink;
    }

    /** What separates the values under a header that names a text or a triple, or 0 where the line is no such header. */
    static char separator(String header) {
        for (char separator : SEPARATORS) {
            var fields = fields(header, separator);
            if (header.indexOf(separator) >= 0
                    && (column(fields, TEXTS) >= 0 || triple(fields).size() == TRIPLE.size())) {
                return separator;
            }
        }
        return TEXTS.contains(header.strip().toLowerCase(Locale.ROOT)) ? ',' : 0;
    }

    /** The columns of a triple's parts, as far as there are any. */
    private static List<Integer> triple(List<String> header) {
        return TRIPLE.stream()
                .map(names -> column(header, names))
                .filter(found -> found >= 0)
                .toList();
    }

    private static List<String> fields(String header, char separator) {
        return List.of(header.replace("\"", "").split(String.valueOf(separator), -1));
    }

    private static int column(List<String> header, List<String> names) {
        for (String name : names) {
            for (int i = 0; i < header.size(); i++) {
                if (header.get(i).strip().equalsIgnoreCase(name)) {
                    return i;
                }
            }
        }
        return -1;
    }

    /** Reads a table from its beginning; one that cannot be read further ends with what is wrong there. */
    public static void read(BufferedInputStream in, ExampleSink sink) throws IOException {
        new LabelledTable(sink).records(in);
    }

    private void records(BufferedInputStream in) throws IOException {
        in.mark(1 << 16);
        String beginning = new String(in.readNBytes(1 << 16), StandardCharsets.UTF_8);
        in.reset();
        char separator = separator(beginning
                .lines()
                .map(first -> first.startsWith("\uFEFF") ? first.substring(1) : first)
                .filter(first -> !first.isBlank())
                .findFirst()
                .orElse(""));
        // its own decoder, since by default what is no UTF-8 would be replaced in silence
        var characters = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder());
        try (CsvReader<CsvRecord> reader = CsvReader.builder()
                .fieldSeparator(separator)
                .allowMissingFields(true)
                .allowExtraFields(true)
                .allowExtraCharsAfterClosingQuote(true)
                .ofCsvRecord(characters)) {
            for (CsvRecord record : reader) {
                line = record.getStartingLineNumber();
                if (header.isEmpty()) {
                    header(record);
                } else if (sink.full()) {
                    return;
                } else {
                    record(record);
                }
            }
        } catch (CsvParseException e) {
            unreadable(e.getCause() instanceof MalformedInputException);
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof MalformedInputException)) {
                throw e;
            }
            unreadable(true);
        } catch (MalformedInputException e) {
            unreadable(true);
        }
    }

    private void unreadable(boolean encoding) {
        if (encoding) {
            sink.wrong(
                    line + 1, "line", "utf8", "Here or soon after, the file is not UTF-8.", "Save the file as UTF-8.");
        } else {
            sink.wrong(
                    line + 1,
                    "line",
                    "csv",
                    "From here on the file cannot be read as separated values.",
                    "Look for a quotation mark that is never closed; inside quotes it is written twice.");
        }
    }

    private void header(CsvRecord record) {
        header = record.getFields().stream()
                .map(name -> name.startsWith("\uFEFF") ? name.substring(1) : name)
                .toList();
        textColumn = column(header, TEXTS);
        labelColumn = column(header, LABELS);
        if (textColumn < 0) {
            triple = triple(header);
            return;
        }
        if (labelColumn < 0 && header.size() > 1) {
            sink.wrong(
                    line,
                    "header",
                    "known_column",
                    "names no column for the label.",
                    "Call it one of %s, or leave only the text's column.".formatted(String.join(", ", LABELS)));
        }
    }

    private void record(CsvRecord record) {
        if (textColumn >= 0 && labelColumn < 0 && header.size() > 1) {
            return;
        }
        if (record.getFieldCount() != header.size()) {
            sink.wrong(
                    line,
                    "line",
                    "columns",
                    "has %d values; the header has %d.".formatted(record.getFieldCount(), header.size()),
                    "Put quotes around values that contain the separator.");
            return;
        }
        if (textColumn < 0) {
            new KnowledgeTriple(
                            record.getField(triple.get(0)),
                            record.getField(triple.get(1)),
                            record.getField(triple.get(2)))
                    .tell(line, sink);
            return;
        }
        var example = new Labelled(record.getField(textColumn), labelColumn < 0 ? null : record.getField(labelColumn));
        String labelName = labelColumn < 0 ? "" : header.get(labelColumn);
        ExampleRules.labelled(line, example, header.get(textColumn), labelName, sink);
    }
}
