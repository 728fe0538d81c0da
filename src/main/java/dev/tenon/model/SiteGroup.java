package dev.tenon.model;

import java.util.List;

/** Linear layers that read one input, so that what is added to all of them can be computed together. */
public record SiteGroup(List<LinearSite> sites) {}
