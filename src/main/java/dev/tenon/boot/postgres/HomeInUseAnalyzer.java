package dev.tenon.boot.postgres;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Turns the refusal of a home in use into one sentence instead of a stack trace. */
final class HomeInUseAnalyzer extends AbstractFailureAnalyzer<HomeInUse> {
    @Override
    protected FailureAnalysis analyze(Throwable root, HomeInUse cause) {
        return new FailureAnalysis(cause.getMessage(), null, cause);
    }
}
