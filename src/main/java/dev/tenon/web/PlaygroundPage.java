package dev.tenon.web;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.identity.Tenant;
import dev.tenon.registry.RegistryApi;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/**
 * One prompt, one or two models side by side; the browser streams the answers from {@code /v1}. An adapter that tells
 * labels has a page of its own, which asks {@code /api/v1/classify}.
 */
@Controller
@OnRole(Role.WEB)
class PlaygroundPage {
    private final ModelChoices models;
    private final RegistryApi registry;
    private final CurrentTenant tenant;

    PlaygroundPage(ModelChoices models, RegistryApi registry, CurrentTenant tenant) {
        this.models = models;
        this.registry = registry;
        this.tenant = tenant;
    }

    @GetMapping("/playground")
    String playground(
            @RequestParam(name = "model", required = false) @Nullable String wanted,
            @RequestParam(required = false) @Nullable String compare,
            Model page) {
        var caller = tenant.require();
        var tellers = models.adapters(caller, false);
        page.addAttribute("tellers", tellers);
        if (wanted != null && tellers.stream().anyMatch(choice -> choice.name().equals(wanted))) {
            page.addAttribute("chosen", wanted);
            return "labels";
        }
        var adapters = models.adapters(caller, true);
        String chosen = wanted != null
                ? wanted
                : adapters.isEmpty()
                        ? models.firstBase(caller)
                        : adapters.getFirst().name();
        page.addAttribute("bases", models.writers(caller));
        page.addAttribute("adapters", adapters);
        page.addAttribute("chosen", chosen);
        page.addAttribute(
                "listed",
                adapters.stream().anyMatch(choice -> choice.name().equals(chosen))
                        || models.bases(caller).stream()
                                .anyMatch(base -> base.name().equals(chosen)));
        page.addAttribute("compared", compare != null ? compare : baseOf(caller, chosen));
        page.addAttribute("explicit", wanted != null || compare != null);
        return "playground";
    }

    private String baseOf(Tenant caller, String model) {
        try {
            return registry.resolve(caller, model).base().name();
        } catch (Problem unknown) {
            return models.firstBase(caller);
        }
    }
}
