package dev.tenon.model;

/** The output of a block's attention or feed-forward part, before it is added to the residual stream. */
public record BranchSite(String path, int layer, int width) implements Site {}
