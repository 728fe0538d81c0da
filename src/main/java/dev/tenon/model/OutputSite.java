package dev.tenon.model;

/** The last hidden states, before the output head reads them. */
public record OutputSite(String path, int width) implements Site {
    @Override
    public int layer() {
        return -1;
    }
}
