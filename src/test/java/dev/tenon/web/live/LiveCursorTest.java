package dev.tenon.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A browser comes back where it was, whatever it sends. */
class LiveCursorTest {

    @Test
    void travelsAsText() {
        var cursor = new LiveCursor(17, 240);
        assertThat(LiveCursor.parse(cursor.toString())).isEqualTo(cursor);
        assertThat(LiveCursor.parse(LiveCursor.START.toString())).isEqualTo(LiveCursor.START);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {"", "17", "17.", ".3", "-1.3", "17.3.4", "99999999999999999999.1", "1.99999999999", "<script>"})
    void anythingElseStartsFromTheBeginning(String text) {
        assertThat(LiveCursor.parse(text)).isEqualTo(LiveCursor.START);
    }
}
