package dev.tenon.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class PlainWordsTest {

    @Test
    void aFileIsNamedWithoutItsFolderAndItsException() {
        var error = new UncheckedIOException(new NoSuchFileException("/srv/tenon/work/ftjob-1/2/summary.json"));
        assertThat(PlainWords.of(error)).isEqualTo("the file 'summary.json' is missing.");
    }

    @Test
    void wordsStayAndJavaGoes() {
        assertThat(PlainWords.of("""
                        Exception in thread "main" java.lang.IllegalStateException: No room for lib.so
                        \tat dev.tenon.training.ChildMain.main(ChildMain.java:40)
                        \t... 3 more
                        Caused by: java.io.IOException: /opt/tenon/lib.so is cut short
                        """))
                .isEqualTo("Exception in thread \"main\" No room for lib.so\nCaused by: lib.so is cut short");
        assertThat(PlainWords.of("The text and/or its 3/4 in https://example.org/a/b stay."))
                .isEqualTo("The text and/or its 3/4 in https://example.org/a/b stay.");
        assertThat(PlainWords.of(new NullPointerException())).isEqualTo("the server's log says more.");
    }
}
