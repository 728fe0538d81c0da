package dev.tenon.dataset;

/** One thing wrong in a dataset: which line and field, which rule it breaks, and what to do about it. */
public record LineProblem(long line, String field, String rule, String message, String fix) {}
