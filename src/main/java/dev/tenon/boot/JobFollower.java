package dev.tenon.boot;

import dev.tenon.identity.Tenant;
import dev.tenon.job.JobApi;
import dev.tenon.job.JobView;
import java.time.Duration;
import java.util.Objects;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Follows one job on the console to its end, and then shows how to chat with its result. */
@Component
@ConditionalOnBooleanProperty("tenon.sample")
class JobFollower {
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final JobApi jobs;
    private volatile boolean closing;

    JobFollower(JobApi jobs) {
        this.jobs = jobs;
    }

    @EventListener
    void closing(ContextClosedEvent event) {
        closing = true;
    }

    void follow(Tenant tenant, JobView first, String address) {
        var line = ProgressLine.onConsole();
        System.out.println("  Watch it at " + address + "/jobs/" + first.id());
        var job = first;
        while (!job.status().finished() && !closing) {
            line.show(phase(job), job.step(), job.totalSteps(), loss(tenant, job));
            if (!pause()) {
                return;
            }
            job = jobs.get(tenant, job.id());
        }
        if (!closing) {
            line.end(ending(job, address));
        }
    }

    private static String phase(JobView job) {
        return job.phase().isBlank() ? job.status().wire() : job.phase();
    }

    private String loss(Tenant tenant, JobView job) {
        var steps = jobs.metrics(tenant, job.id(), Math.max(0, job.step() - 1)).steps();
        return steps.isEmpty()
                ? ""
                : "loss %.3f  %.0f tokens/s"
                        .formatted(steps.getLast().loss(), steps.getLast().tokensPerSecond());
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    static String ending(JobView job, String address) {
        return switch (job.status()) {
            case SUCCEEDED -> """
                    The tuned model is ready. Chat with it (TENON_API_KEY as printed at the first start):

                    curl -s %s/v1/chat/completions -H "Authorization: Bearer $TENON_API_KEY" -H 'Content-Type: application/json' -d '{"model": "%s", "messages": [{"role": "user", "content": "Hi, can you help me book a table?"}]}'
                    """.formatted(address, Objects.requireNonNull(job.fineTunedModel()));
            case FAILED ->
                "The sample job failed: "
                        + (job.error() == null ? "no reason given" : job.error().message());
            default -> "The sample job was cancelled.";
        };
    }
}
