/**
 * Small honest experiments: the relative claims of a method's paper on tasks that one core finishes in minutes, over three
 * seeds or more. {@code make experiments} runs them one after the other and keeps their pages in {@code docs/methods}; a
 * page says of every claim whether its figures bear it out. They assert nothing. {@code -Dexperiments.threads=N} gives an
 * operation more than one thread, {@code -Dexperiments.quick=true} only shows that all of it runs.
 */
@org.jspecify.annotations.NullMarked
package dev.tenon.experiments;
