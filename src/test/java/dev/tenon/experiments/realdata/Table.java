package dev.tenon.experiments.realdata;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Public tables of two columns under a heading. */
final class Table {
    /** One line of a table. */
    record Line(String left, String right) {}

    private Table() {}

    static List<Line> read(Path file) {
        var lines = new ArrayList<Line>();
        try (CsvReader<CsvRecord> reader = CsvReader.builder().ofCsvRecord(file)) {
            reader.stream().skip(1).forEach(line -> lines.add(new Line(line.getField(0), line.getField(1))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lines;
    }

    /** The right sides by their left side, in the order of the file. */
    static Map<String, List<String>> grouped(Path file) {
        var grouped = new LinkedHashMap<String, List<String>>();
        read(file)
                .forEach(line -> grouped.computeIfAbsent(line.left(), any -> new ArrayList<>())
                        .add(line.right()));
        return grouped;
    }
}
