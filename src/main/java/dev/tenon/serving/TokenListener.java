package dev.tenon.serving;

/** Receives the text of a running generation. */
@FunctionalInterface
public interface TokenListener {
    void piece(Piece piece);
}
