/**
 * Small honest experiments: the relative claims of a method's paper on tasks that two cores finish in minutes, over three
 * seeds or more. {@code make experiments} runs them and keeps their tables in {@code docs/methods}. They assert nothing.
 */
@org.jspecify.annotations.NullMarked
package dev.tenon.experiments;
