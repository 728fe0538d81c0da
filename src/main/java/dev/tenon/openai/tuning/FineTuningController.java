package dev.tenon.openai.tuning;

import dev.tenon.core.Cursor;
import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.job.CheckpointView;
import dev.tenon.job.JobApi;
import dev.tenon.job.JobEventView;
import dev.tenon.job.JobView;
import dev.tenon.openai.idempotency.Idempotency;
import dev.tenon.openai.wire.Body;
import dev.tenon.openai.wire.ListJson;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** Creates, lists, pauses and cancels fine-tuning jobs, and shows their events and checkpoints. */
@RestController
@OnRole(Role.WEB)
@RequestMapping("/v1/fine_tuning/jobs")
class FineTuningController {
    private static final int BODY_LIMIT = 1 << 20;
    private static final int LONGEST_PAGE = 1_000;
    private final JobApi jobs;
    private final CurrentTenant tenant;
    private final Idempotency idempotency;
    private final JsonMapper json;

    FineTuningController(JobApi jobs, CurrentTenant tenant, Idempotency idempotency, JsonMapper json) {
        this.jobs = jobs;
        this.tenant = tenant;
        this.idempotency = idempotency;
        this.json = json;
    }

    @PostMapping
    ResponseEntity<String> create(HttpServletRequest request) throws IOException {
        var caller = tenant.require();
        var body = Body.read(request.getInputStream(), BODY_LIMIT);
        var wanted = CreateJobBody.read(body);
        var answer = idempotency.once(
                request,
                caller.orgId(),
                "POST /v1/fine_tuning/jobs",
                body.canonical(),
                () -> json.writeValueAsString(JobJson.of(jobs.create(caller, wanted))));
        var response = ResponseEntity.status(answer.status()).contentType(MediaType.APPLICATION_JSON);
        if (answer.replayed()) {
            response.header("Idempotent-Replayed", "true");
        }
        return response.body(answer.json());
    }

    @GetMapping
    ResponseEntity<ListJson<JobJson>> list(
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable Integer limit,
            HttpServletRequest request) {
        var page = jobs.list(
                tenant.require(), Cursor.of(after, limit, null, 20, LONGEST_PAGE), MetadataFilter.of(request));
        return answer(ListJson.of(page, JobJson::of, JobView::id));
    }

    @GetMapping("/{id}")
    ResponseEntity<JobJson> get(@PathVariable String id) {
        return answer(JobJson.of(jobs.get(tenant.require(), id)));
    }

    @PostMapping("/{id}/cancel")
    ResponseEntity<JobJson> cancel(@PathVariable String id) {
        return answer(JobJson.of(jobs.cancel(tenant.require(), id)));
    }

    @PostMapping("/{id}/pause")
    ResponseEntity<JobJson> pause(@PathVariable String id) {
        return answer(JobJson.of(jobs.pause(tenant.require(), id)));
    }

    @PostMapping("/{id}/resume")
    ResponseEntity<JobJson> resume(@PathVariable String id) {
        return answer(JobJson.of(jobs.resume(tenant.require(), id)));
    }

    @GetMapping("/{id}/events")
    ResponseEntity<ListJson<EventJson>> events(
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable Integer limit) {
        var page = jobs.events(tenant.require(), id, Cursor.of(after, limit, null, 20, LONGEST_PAGE));
        return answer(ListJson.of(page, EventJson::of, JobEventView::id));
    }

    @GetMapping("/{id}/checkpoints")
    ResponseEntity<ListJson<CheckpointJson>> checkpoints(
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable Integer limit) {
        var page = jobs.checkpoints(tenant.require(), id, Cursor.of(after, limit, null, 10, LONGEST_PAGE));
        return answer(ListJson.of(page, CheckpointJson::of, CheckpointView::id));
    }

    private static <T> ResponseEntity<T> answer(T body) {
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(body);
    }
}
