package dev.tenon.web;

import dev.tenon.core.Cursor;
import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.job.JobApi;
import dev.tenon.job.JobEventView;
import dev.tenon.job.JobStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The job list with its queue, and one job: progress, curves, log, checkpoints and how it ended. */
@Controller
@OnRole(Role.WEB)
@RequestMapping("/jobs")
class JobPages {
    private static final int ROWS = 25;
    private static final int LOG_LINES = 300;
    private static final Set<String> HELD = Set.of("paused", "pausing");

    private final JobApi jobs;
    private final JobListing rows;
    private final JobOutcomes outcomes;
    private final CurrentTenant tenant;

    JobPages(JobApi jobs, JobListing rows, JobOutcomes outcomes, CurrentTenant tenant) {
        this.jobs = jobs;
        this.rows = rows;
        this.outcomes = outcomes;
        this.tenant = tenant;
    }

    @GetMapping
    String list(@RequestParam(required = false) @Nullable String after, Model model) {
        fill(after, model);
        return "jobs/list";
    }

    @GetMapping("/rows")
    String rows(@RequestParam(required = false) @Nullable String after, Model model) {
        fill(after, model);
        return "jobs/list :: rows";
    }

    @GetMapping("/{id}")
    String one(@PathVariable String id, Model model) {
        outcome(id, model);
        checkpoints(id, model);
        List<JobEventView> log =
                new ArrayList<>(jobs.events(tenant.require(), id, new Cursor(null, LOG_LINES, Cursor.Order.DESC))
                        .items());
        log.removeIf(event -> event.type().equals("metrics"));
        Collections.reverse(log);
        model.addAttribute("log", log);
        model.addAttribute("drawn", !jobs.get(tenant.require(), id).status().finished() || hasCurves(id));
        return "jobs/detail";
    }

    private boolean hasCurves(String id) {
        var series = jobs.metrics(tenant.require(), id, -1);
        return !series.steps().isEmpty() || !series.evaluations().isEmpty();
    }

    /** What appears when the job has ended. */
    @GetMapping("/{id}/outcome")
    String outcome(@PathVariable String id, Model model) {
        var caller = tenant.require();
        var job = jobs.get(caller, id);
        model.addAttribute("job", job);
        model.addAttribute("row", rows.of(caller, List.of(job)).getFirst());
        boolean held = HELD.contains(job.phase());
        model.addAttribute("cancellable", !job.status().finished());
        model.addAttribute("pausable", !job.status().finished() && !held);
        model.addAttribute("resumable", !job.status().finished() && held);
        model.addAttribute(
                "validation", job.validationFile() == null ? null : rows.filename(caller, job.validationFile()));
        model.addAttribute("outcome", job.status() == JobStatus.SUCCEEDED ? outcomes.of(caller, job) : null);
        return "jobs/parts :: outcome";
    }

    /** Grows while the job runs; its models can be tried once the job has succeeded. */
    @GetMapping("/{id}/checkpoints")
    String checkpoints(@PathVariable String id, Model model) {
        var caller = tenant.require();
        model.addAttribute("tryable", jobs.get(caller, id).status() == JobStatus.SUCCEEDED);
        model.addAttribute(
                "checkpoints",
                jobs.checkpoints(caller, id, new Cursor(null, 20, Cursor.Order.DESC))
                        .items());
        return "jobs/parts :: checkpoints";
    }

    @PostMapping("/{id}/cancel")
    String cancel(@PathVariable String id) {
        jobs.cancel(tenant.require(), id);
        return "redirect:/jobs/" + id;
    }

    @PostMapping("/{id}/pause")
    String pause(@PathVariable String id) {
        jobs.pause(tenant.require(), id);
        return "redirect:/jobs/" + id;
    }

    @PostMapping("/{id}/resume")
    String resume(@PathVariable String id) {
        jobs.resume(tenant.require(), id);
        return "redirect:/jobs/" + id;
    }

    /** The same again; where that cannot be any more, the form with what was asked for, which says why. */
    @PostMapping("/{id}/again")
    String again(@PathVariable String id) {
        var caller = tenant.require();
        try {
            return "redirect:/jobs/"
                    + jobs.create(caller, jobs.request(caller, id)).id();
        } catch (Problem problem) {
            if (problem.status() != 400) {
                throw problem;
            }
            return "redirect:/jobs/new?like=" + id;
        }
    }

    private void fill(@Nullable String after, Model model) {
        var caller = tenant.require();
        var page = jobs.list(caller, Cursor.of(after, ROWS, null, ROWS, ROWS), null);
        model.addAttribute("jobs", rows.of(caller, page.items()));
        model.addAttribute("next", page.hasMore() ? page.items().getLast().id() : null);
        model.addAttribute("after", after);
        model.addAttribute("first", after == null);
        model.addAttribute("queue", jobs.queue(caller));
        model.addAttribute(
                "busy", page.items().stream().anyMatch(job -> !job.status().finished()));
    }
}
