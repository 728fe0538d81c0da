package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopTextTest {
    @Test
    void holdsBackOnlyWhatCouldBecomeAStop() {
        var text = new StopText(List.of("\n\nUser:"));
        assertThat(text.add("Hello\n")).isEqualTo("Hello");
        assertThat(text.add("\nUs")).isEmpty();
        assertThat(text.add("age")).isEqualTo("\n\nUsage");
        assertThat(text.stopped()).isFalse();
    }

    @Test
    void showsNothingFromTheStopOn() {
        var text = new StopText(List.of("END", "STOP"));
        assertThat(text.add("a STO")).isEqualTo("a ");
        assertThat(text.add("P b END")).isEmpty();
        assertThat(text.stopped()).isTrue();
        assertThat(text.add("more")).isEmpty();
        assertThat(text.finish()).isEmpty();
    }

    @Test
    void anyCutOfTheTextShowsWhatTheWholeTextWouldShow() {
        var random = new Random(5);
        for (int round = 0; round < 2_000; round++) {
            var letters = new StringBuilder();
            for (int i = 0; i < 30; i++) {
                letters.append((char) ('a' + random.nextInt(2)));
            }
            var stops = List.of("abba", "bbbb");
            var whole = letters.toString();
            int first = stops.stream()
                    .mapToInt(whole::indexOf)
                    .filter(at -> at >= 0)
                    .min()
                    .orElse(whole.length());
            var cut = new StopText(stops);
            var shown = new StringBuilder();
            for (int at = 0; at < whole.length(); ) {
                int to = Math.min(whole.length(), at + 1 + random.nextInt(3));
                shown.append(cut.add(whole.substring(at, to)));
                at = to;
            }
            if (!cut.stopped()) {
                shown.append(cut.finish());
            }
            // a stop that ends later but begins earlier may lose to one that is complete first
            assertThat(whole).startsWith(shown);
            assertThat(cut.stopped()).isEqualTo(first < whole.length());
            assertThat(shown.length()).isGreaterThanOrEqualTo(first);
        }
    }
}
