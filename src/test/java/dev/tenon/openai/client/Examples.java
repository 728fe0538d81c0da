package dev.tenon.openai.client;

import java.util.List;
import java.util.stream.IntStream;

/** Small training data that a test can read at a glance. */
public final class Examples {
    private Examples() {}

    /** Chat lines in which the assistant always answers in the same strange way. */
    public static List<String> chat(int count) {
        return IntStream.range(0, count).mapToObj("""
                        {"messages":[{"role":"user","content":"Question number %1$d, please."},\
                        {"role":"assistant","content":"Ahoy! Answer %1$d, captain."}]}\
                        """::formatted).toList();
    }
}
