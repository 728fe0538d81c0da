package dev.tenon.serving;

import java.util.List;

/** Lets text through until a stop string; holds back an ending that could still become one. */
final class StopText {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    StopText(List<String> stops) {
        this.stops = List.copyOf(stops);
    }

    /** Adds generated text and returns what is safe to show; nothing more once a stop string was seen. */
    String add(String text) {
        if (stopped) {
            return "";
        }
        held.append(text);
        int cut = firstStop();
        if (cut >= 0) {
            stopped = true;
            var shown = held.substring(0, cut);
            held.setLength(0);
            return shown;
        }
        int keep = openEnding();
        var shown = held.substring(0, held.length() - keep);
        held.delete(0, held.length() - keep);
        return shown;
    }

    /** The end of the text came first: what was held back is ordinary text. */
    String finish() {
        var rest = held.toString();
        held.setLength(0);
        return rest;
    }

    boolean stopped() {
        return stopped;
    }

    private int firstStop() {
        int first = -1;
        for (var stop : stops) {
            int at = held.indexOf(stop);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        return first;
    }

    /** The length of the longest ending that is a true beginning of a stop string. */
    private int openEnding() {
        int longest = 0;
        for (var stop : stops) {
            for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
                if (stop.regionMatches(0, held.substring(held.length() - n), 0, n)) {
                    longest = n;
                }
            }
        }
        return longest;
    }
}
