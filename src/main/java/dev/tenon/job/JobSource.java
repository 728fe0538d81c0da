package dev.tenon.job;

import dev.tenon.method.SourceNames;

/**
 * A finished adapter that a job makes another of.
 *
 * @param model a name that always means it
 * @param version id of its version or checkpoint
 * @param digest of its files
 */
public record JobSource(String model, String version, String digest) {
    /** What names the source of this place in a refusal. */
    public static String field(int index) {
        return SourceNames.field(index);
    }
}
