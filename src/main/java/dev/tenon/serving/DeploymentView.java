package dev.tenon.serving;

import java.time.Instant;

/** Something resident: a base model or an adapter on it, by digest, with its bytes and its running requests. */
public record DeploymentView(
        String kind,
        String name,
        String baseModel,
        String digest,
        String state,
        String device,
        long bytes,
        int activeRequests,
        Instant since) {}
