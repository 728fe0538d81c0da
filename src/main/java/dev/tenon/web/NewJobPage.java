package dev.tenon.web;

import dev.tenon.core.Cursor;
import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.dataset.FileView;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.job.JobApi;
import dev.tenon.method.Methods;
import dev.tenon.model.BaseModelView;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import tools.jackson.databind.json.JsonMapper;

/** The form for a new job; its method settings and their limits come from the method's schema. */
@Controller
@OnRole(Role.WEB)
class NewJobPage {
    private static final String STANDARD_METHOD = "lora";

    private final JobApi jobs;
    private final DatasetApi datasets;
    private final ModelChoices models;
    private final Methods methods;
    private final CurrentTenant tenant;
    private final JsonMapper json;

    NewJobPage(
            JobApi jobs,
            DatasetApi datasets,
            ModelChoices models,
            Methods methods,
            CurrentTenant tenant,
            JsonMapper json) {
        this.jobs = jobs;
        this.datasets = datasets;
        this.models = models;
        this.methods = methods;
        this.tenant = tenant;
        this.json = json;
    }

    /** Empty, filled in with what the address says, or {@code like} another job. */
    @GetMapping("/jobs/new")
    String form(@RequestParam MultiValueMap<String, String> given, Model model) {
        var like = given.getFirst("like");
        if (like != null) {
            var job = jobs.get(tenant.require(), like);
            var settings = new SchemaForm(methods.schema(job.methodId()), json).typed(job.adapter());
            return page(JobForm.typed(jobs.request(tenant.require(), like), job.methodId(), settings), null, model);
        }
        return page(new LinkedMultiValueMap<>(given), null, model);
    }

    /** The settings of the method that was just chosen. */
    @GetMapping("/jobs/new/settings")
    String settings(@RequestParam MultiValueMap<String, String> typed, Model model) {
        var form = read(typed);
        model.addAttribute("method", methods.require(form.method()).descriptor());
        model.addAttribute("fields", form.settings().fields(typed));
        model.addAttribute("errors", Map.of());
        return "jobs/settings :: settings";
    }

    @PostMapping("/jobs/estimate")
    String estimate(@RequestParam MultiValueMap<String, String> typed, Model model) {
        try {
            var form = read(typed);
            if (form.text("training_file") != null) {
                model.addAttribute("estimate", jobs.estimate(tenant.require(), form.toCreateJob()));
            }
        } catch (Problem problem) {
            model.addAttribute("problem", problem.message());
            model.addAttribute("field", field(problem));
        }
        return "jobs/estimate :: estimate";
    }

    @PostMapping("/jobs")
    String create(@RequestParam MultiValueMap<String, String> typed, Model model, HttpServletResponse response) {
        try {
            return "redirect:/jobs/"
                    + jobs.create(tenant.require(), read(typed).toCreateJob()).id();
        } catch (Problem problem) {
            if (problem.status() >= 500) {
                throw problem;
            }
            response.setStatus(problem.status());
            return page(typed, problem, model);
        }
    }

    private JobForm read(MultiValueMap<String, String> typed) {
        var method = typed.getFirst("method");
        String id = method == null || method.isBlank() ? STANDARD_METHOD : method;
        return new JobForm(typed, id, new SchemaForm(methods.schema(id), json));
    }

    private String page(MultiValueMap<String, String> typed, @Nullable Problem problem, Model model) {
        var caller = tenant.require();
        var form = read(typed);
        var field = problem == null ? null : field(problem);
        model.addAttribute("typed", typed.toSingleValueMap());
        model.addAttribute("bases", models.bases(caller));
        model.addAttribute("adapters", models.adapters(caller));
        var files = datasets.list(caller, "fine-tune", new Cursor(null, 200, Cursor.Order.DESC))
                .items();
        model.addAttribute("files", files);
        // what is typed but too old, or too exact, for a list
        model.addAttribute(
                "unlistedModel",
                unlisted(
                        form.text("model"),
                        Stream.concat(
                                models.bases(caller).stream().map(BaseModelView::name),
                                models.adapters(caller).stream().map(ModelChoices.Choice::name))));
        for (var name : List.of("training_file", "validation_file")) {
            model.addAttribute(
                    "unlisted_" + name, unlisted(form.text(name), files.stream().map(FileView::id)));
        }
        model.addAttribute(
                "methods",
                methods.all().stream().map(method -> method.descriptor()).toList());
        model.addAttribute("method", methods.require(form.method()).descriptor());
        model.addAttribute("fields", form.settings().fields(typed));
        model.addAttribute("errors", field == null || problem == null ? Map.of() : Map.of(field, problem.message()));
        model.addAttribute("refused", problem == null ? null : problem.message());
        return "jobs/new";
    }

    private static @Nullable String unlisted(@Nullable String typed, Stream<String> listed) {
        return typed == null || listed.anyMatch(typed::equals) ? null : typed;
    }

    /** The form field a problem speaks of: {@code hyperparameters.n_epochs} is the field {@code n_epochs}. */
    private static @Nullable String field(Problem problem) {
        var param = problem.param();
        if (param == null || param.startsWith(SchemaForm.PREFIX)) {
            return param != null && param.equals("adapter.method") ? "method" : param;
        }
        return param.substring(param.lastIndexOf('.') + 1);
    }
}
