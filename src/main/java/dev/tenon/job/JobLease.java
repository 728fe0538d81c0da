package dev.tenon.job;

/** The right to write about a job: {@code owner} holds it while the job's epoch is still {@code epoch}. */
public record JobLease(String jobId, String owner, long epoch) {}
