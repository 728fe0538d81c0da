package dev.tenon.core;

import java.security.SecureRandom;

/** Makes the public ids of rows: a prefix that names the kind and 24 random letters and digits (142 bits). */
public final class Ids {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final SecureRandom RANDOM = new SecureRandom();

    private Ids() {}

    /** A fresh id, for example {@code Ids.next("ftjob-")}. */
    public static String next(String prefix) {
        return prefix + letters(24);
    }

    /** {@code count} random letters and digits. */
    public static String letters(int count) {
        var text = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            text.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }
}
