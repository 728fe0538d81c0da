package dev.tenon.job;

import dev.tenon.core.Cursor;
import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What {@code /v1/fine_tuning} has no words for: the queue, estimates before a job, curves and live events. */
@RestController
@OnRole(Role.WEB)
@RequestMapping("/api/v1/jobs")
class JobController {
    private final JobApi jobs;
    private final CurrentTenant tenant;

    JobController(JobApi jobs, CurrentTenant tenant) {
        this.jobs = jobs;
        this.tenant = tenant;
    }

    @GetMapping
    Map<String, Object> list(
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String order) {
        var caller = tenant.require();
        var page = jobs.list(caller, Cursor.of(after, limit, order, 20, 100), null);
        var queue = jobs.queue(caller);
        var body = new LinkedHashMap<String, Object>();
        body.put("object", "list");
        body.put("data", page.items().stream().map(JobBody::of).toList());
        body.put("has_more", page.hasMore());
        body.put(
                "queue",
                Map.of(
                        "running", queue.running(),
                        "queued", queue.queued(),
                        "positions",
                                queue.own().stream()
                                        .map(entry -> Map.of("job_id", entry.jobId(), "position", entry.position()))
                                        .toList()));
        return body;
    }

    @GetMapping("/{id}")
    JobBody get(@PathVariable String id) {
        return JobBody.of(jobs.get(tenant.require(), id));
    }

    @PostMapping("/{id}/cancel")
    JobBody cancel(@PathVariable String id) {
        return JobBody.of(jobs.cancel(tenant.require(), id));
    }

    @GetMapping("/{id}/metrics")
    MetricBody metrics(@PathVariable String id, @RequestParam(name = "after_step", defaultValue = "-1") int afterStep) {
        return MetricBody.of(jobs.metrics(tenant.require(), id, afterStep));
    }

    @GetMapping("/{id}/events")
    Map<String, Object> events(
            @PathVariable String id,
            @RequestParam(name = "after_sequence", defaultValue = "0") long afterSequence,
            @RequestParam(defaultValue = "100") int limit) {
        List<JobEventView> events = jobs.eventsAfter(tenant.require(), id, afterSequence, limit);
        return Map.of(
                "object", "list", "data", events.stream().map(EventBody::of).toList());
    }

    @PostMapping("/estimate")
    EstimateBody estimate(@RequestBody EstimateRequest request) {
        return EstimateBody.of(jobs.estimate(tenant.require(), request.toCreateJob()));
    }
}
