package dev.tenon.web;

import dev.tenon.core.Cursor;
import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.registry.AdapterView;
import dev.tenon.registry.RegistryApi;
import dev.tenon.serving.deployment.DeploymentApi;
import dev.tenon.serving.deployment.Mode;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What shall stay in memory, what is there, on which replica, and what happened; the page looks again by itself. */
@Controller
@OnRole(Role.WEB)
@RequestMapping("/deployments")
class DeploymentPages {
    private static final int EVENTS = 25;
    private static final int OFFERED = 100;

    private final DeploymentApi deployments;
    private final RegistryApi registry;
    private final CurrentTenant tenant;

    DeploymentPages(DeploymentApi deployments, RegistryApi registry, CurrentTenant tenant) {
        this.deployments = deployments;
        this.registry = registry;
        this.tenant = tenant;
    }

    @GetMapping
    String page(Model model) {
        fill(model);
        return "deployments/list";
    }

    /** What changes while somebody watches. */
    @GetMapping("/state")
    String state(Model model) {
        fill(model);
        return "deployments/state :: state";
    }

    @PostMapping
    String add(
            @RequestParam(defaultValue = "") String name,
            @RequestParam(defaultValue = "SEPARATE") Mode mode,
            Model model) {
        try {
            deployments.add(tenant.require(), name.strip(), mode);
        } catch (Problem problem) {
            model.addAttribute("refused", problem.message());
        }
        fill(model);
        return "deployments/state :: state";
    }

    @PostMapping("/{id}/remove")
    String remove(@PathVariable String id, Model model) {
        try {
            deployments.remove(tenant.require(), id);
        } catch (Problem gone) {
            model.addAttribute("refused", gone.message());
        }
        fill(model);
        return "deployments/state :: state";
    }

    private void fill(Model model) {
        var caller = tenant.require();
        model.addAttribute("wishes", deployments.deployments(caller));
        model.addAttribute("replicas", deployments.replicas(caller));
        model.addAttribute("events", deployments.events(caller, 0, EVENTS));
        model.addAttribute(
                "names",
                names(registry.adapters(caller, new Cursor(null, OFFERED, Cursor.Order.DESC))
                        .items()));
    }

    /** Aliases are what moves, so they come first. */
    private static List<String> names(List<AdapterView> adapters) {
        return adapters.stream()
                .flatMap(adapter -> Stream.concat(
                        adapter.aliases().keySet().stream().map(alias -> adapter.name() + "@" + alias),
                        Stream.of(adapter.name())))
                .toList();
    }
}
