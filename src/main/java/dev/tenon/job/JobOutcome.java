package dev.tenon.job;

import java.util.Map;

/** What a finished run hands over: where its adapter folder is, and the facts that prove it. */
public record JobOutcome(
        String folderDigest, long bytes, long trainedTokens, Map<String, Object> lineage, Map<String, Object> proof) {}
