package dev.tenon.web;

import dev.tenon.core.Cursor;
import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.job.JobApi;
import dev.tenon.registry.RegistryApi;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** The first page: what runs, what was made last, and how to begin. */
@Controller
@OnRole(Role.WEB)
class OverviewPage {
    private final JobApi jobs;
    private final JobListing rows;
    private final DatasetApi datasets;
    private final RegistryApi registry;
    private final ModelChoices models;
    private final CurrentTenant tenant;

    OverviewPage(
            JobApi jobs,
            JobListing rows,
            DatasetApi datasets,
            RegistryApi registry,
            ModelChoices models,
            CurrentTenant tenant) {
        this.jobs = jobs;
        this.rows = rows;
        this.datasets = datasets;
        this.registry = registry;
        this.models = models;
        this.tenant = tenant;
    }

    @GetMapping("/")
    String overview(Model model) {
        var caller = tenant.require();
        running(model);
        var adapters = registry.adapters(caller, new Cursor(null, 5, Cursor.Order.DESC))
                .items();
        model.addAttribute("adapters", adapters);
        model.addAttribute(
                "anyDataset",
                !datasets.list(caller, "fine-tune", new Cursor(null, 1, Cursor.Order.DESC))
                        .items()
                        .isEmpty());
        model.addAttribute("base", models.firstBase(caller));
        model.addAttribute(
                "tuned",
                adapters.isEmpty()
                        ? models.firstBase(caller)
                        : adapters.getFirst().name());
        return "overview";
    }

    @GetMapping("/overview/running")
    String running(Model model) {
        var caller = tenant.require();
        var latest =
                jobs.list(caller, new Cursor(null, 50, Cursor.Order.DESC), null).items();
        var busy = latest.stream().filter(job -> !job.status().finished()).toList();
        model.addAttribute("running", rows.of(caller, busy));
        model.addAttribute(
                "recent",
                rows.of(
                        caller,
                        latest.stream()
                                .filter(job -> job.status().finished())
                                .limit(4)
                                .toList()));
        return "overview :: running";
    }
}
