package dev.tenon.web;

import dev.tenon.job.JobView;
import org.jspecify.annotations.Nullable;

/** A job in a list: the job, its dataset's name, how far it is, and its place in the queue while it waits. */
public record JobRow(
        JobView job,
        String dataset,
        int percent,
        @Nullable Long secondsLeft,
        @Nullable Long position) {}
