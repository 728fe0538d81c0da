package dev.tenon.core;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** What a user may read of an error that nobody foresaw: its words, without Java's names and the server's folders. */
public final class PlainWords {
    private static final Pattern CLASSES = Pattern.compile("\\b(?:[a-z_]\\w*\\.)+[A-Z][\\w$]*(?::\\s*)?");
    private static final Pattern FOLDERS = Pattern.compile("(?<![\\w/:.~-])/(?:[\\w.@+~-]+/)+");
    private static final Pattern FRAMES = Pattern.compile("(?m)^\\s+at .*\\R?|^\\s*\\.\\.\\. \\d+ more\\R?");

    private PlainWords() {}

    /** What was meant for users; else the innermost file's trouble where there is one, otherwise the error's own words. */
    public static String of(Throwable error) {
        if (error instanceof Problem told) {
            return told.message();
        }
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof FileSystemException trouble && trouble.getFile() != null) {
                return "the file '%s' %s.".formatted(Path.of(trouble.getFile()).getFileName(), what(trouble));
            }
        }
        var words = error.getMessage() == null ? "" : of(error.getMessage());
        return words.isBlank() ? "the server's log says more." : words;
    }

    private static String what(FileSystemException trouble) {
        return switch (trouble) {
            case NoSuchFileException missing -> "is missing";
            case AccessDeniedException denied -> "must not be touched";
            default -> "could not be read or written" + (trouble.getReason() == null ? "" : ": " + trouble.getReason());
        };
    }

    /** The text without qualified names of classes, lines of stack traces and folders; a file keeps its own name. */
    public static String of(String text) {
        var words = FRAMES.matcher(text).replaceAll("");
        words = CLASSES.matcher(words).replaceAll("");
        return FOLDERS.matcher(words).replaceAll("").strip();
    }
}
