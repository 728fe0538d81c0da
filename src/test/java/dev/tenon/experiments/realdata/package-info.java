/**
 * All methods at two sizes on two public datasets: every run is one line of JSON, and the table in {@code
 * docs/methods/real-data.md} is made from the lines. {@link dev.tenon.experiments.realdata.Prepare} turns the data into
 * tokens, {@link dev.tenon.experiments.realdata.RunAll} works through the list of runs (several processes share it), and
 * {@link dev.tenon.experiments.realdata.Report} writes the page. Lines and notes are kept in {@code docs/methods/experiments},
 * so that a run goes on where the last one stopped.
 */
@NullMarked
package dev.tenon.experiments.realdata;

import org.jspecify.annotations.NullMarked;
