package dev.tenon.job;

/** A model name that a job has promised, and how far that job is. */
public record ModelInMaking(String modelName, String jobId, JobStatus status) {}
