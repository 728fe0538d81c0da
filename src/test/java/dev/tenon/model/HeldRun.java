package dev.tenon.model;

/** Owns pages that it never lets go of, so that they neither go nor move. */
public final class HeldRun implements PageRun.Owner {
    @Override
    public void gone() {
        throw new IllegalStateException("Held pages were taken");
    }

    @Override
    public void moved() {
        throw new IllegalStateException("Held pages were moved");
    }
}
