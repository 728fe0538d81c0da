package dev.tenon.web.methods;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.job.MethodAdvice;
import dev.tenon.job.MethodNeed;
import dev.tenon.method.Methods;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Methods: the list with filters, a page each, some side by side, and a recommendation with its reasons. */
@Controller
@OnRole(Role.WEB)
@RequestMapping("/methods")
class MethodPages {
    private static final int MOST_COMPARED = 6;
    private static final long MIB = 1 << 20;
    private static final long MOST_MIB = 1 << 24;

    private final MethodAdvice advice;
    private final Methods methods;
    private final BaseModelApi bases;
    private final CurrentTenant tenant;

    MethodPages(MethodAdvice advice, Methods methods, BaseModelApi bases, CurrentTenant tenant) {
        this.advice = advice;
        this.methods = methods;
        this.bases = bases;
        this.tenant = tenant;
    }

    @GetMapping
    String list(
            @RequestParam(defaultValue = "") String family,
            @RequestParam(defaultValue = "") String can,
            @RequestParam(required = false) @Nullable String base,
            Model model) {
        var chosen = base(base, model);
        var all = advice.cards();
        model.addAttribute(
                "families",
                new TreeSet<>(
                        all.stream().map(card -> card.descriptor().family()).toList()));
        model.addAttribute(
                "abilities",
                new TreeSet<>(all.stream()
                        .flatMap(card -> card.capabilities().stream())
                        .toList()));
        model.addAttribute("family", family);
        model.addAttribute("can", can);
        model.addAttribute(
                "methods",
                all.stream()
                        .filter(card ->
                                family.isEmpty() || card.descriptor().family().equals(family))
                        .filter(card -> can.isEmpty() || card.capabilities().contains(can))
                        .map(card -> MethodRow.of(card, advice, chosen))
                        .toList());
        return "methods/list";
    }

    @GetMapping("/{id}")
    String one(@PathVariable String id, @RequestParam(required = false) @Nullable String base, Model model) {
        var row = MethodRow.of(advice.card(id), advice, base(base, model));
        model.addAttribute("row", row);
        model.addAttribute("settings", settings(id));
        model.addAttribute("block", BlockPicture.of(row.card().places()));
        return "methods/detail";
    }

    @GetMapping("/compare")
    String compare(
            @RequestParam(required = false) @Nullable List<String> id,
            @RequestParam(required = false) @Nullable String base,
            Model model) {
        var chosen = base(base, model);
        var ids = id == null ? List.<String>of() : id;
        model.addAttribute("all", advice.cards());
        model.addAttribute("ids", ids);
        model.addAttribute(
                "methods",
                ids.stream()
                        .distinct()
                        .limit(MOST_COMPARED)
                        .map(each -> MethodRow.of(advice.card(each), advice, chosen))
                        .toList());
        return "methods/compare";
    }

    @GetMapping("/recommend")
    String recommend(
            @RequestParam(required = false) @Nullable String base,
            @RequestParam(defaultValue = "500") long examples,
            @RequestParam(name = "memory_mib", defaultValue = "0") long memoryMib,
            @RequestParam(defaultValue = "ANY") MethodNeed.Serving serving,
            Model model) {
        var chosen = base(base, model);
        var need =
                new MethodNeed(chosen.name(), Math.max(0, examples), Math.clamp(memoryMib, 0, MOST_MIB) * MIB, serving);
        model.addAttribute("need", need);
        model.addAttribute("memoryMib", need.memoryBytes() / MIB);
        model.addAttribute("servings", Arrays.asList(MethodNeed.Serving.values()));
        model.addAttribute("places", advice.recommend(tenant.require(), need));
        return "methods/recommend";
    }

    /** The base that figures are for: the asked one, or the first that there is. */
    private BaseModelView base(@Nullable String name, Model model) {
        var all = bases.list(tenant.require().orgId());
        var chosen = all.stream()
                .filter(each -> name == null || each.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        Problem.notFound("base", "model_not_found", "There is no base model '%s'.".formatted(name)));
        model.addAttribute("bases", all);
        model.addAttribute("base", chosen);
        return chosen;
    }

    @SuppressWarnings("unchecked") // a schema's properties are objects
    private Map<String, Map<String, Object>> settings(String id) {
        return (Map<String, Map<String, Object>>)
                Objects.requireNonNull(methods.schema(id).get("properties"));
    }
}
