package dev.tenon.web;

import dev.tenon.core.Cursor;
import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.registry.RegistryApi;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Adapters: the list, and one with its versions, what each was made from, and the aliases that point at them. */
@Controller
@OnRole(Role.WEB)
@RequestMapping("/adapters")
class AdapterPages {
    private static final int ROWS = 25;

    private final RegistryApi registry;
    private final CurrentTenant tenant;

    AdapterPages(RegistryApi registry, CurrentTenant tenant) {
        this.registry = registry;
        this.tenant = tenant;
    }

    @GetMapping
    String list(@RequestParam(required = false) @Nullable String after, Model model) {
        var page = registry.adapters(tenant.require(), Cursor.of(after, ROWS, null, ROWS, ROWS));
        model.addAttribute("adapters", page.items());
        model.addAttribute("next", page.hasMore() ? page.items().getLast().id() : null);
        return "adapters/list";
    }

    @GetMapping("/{name}")
    String one(@PathVariable String name, Model model) {
        fill(name, model);
        return "adapters/detail";
    }

    /** @param known where each alias pointed, {@code name=version}, on the page that was read */
    @PostMapping("/{name}/aliases")
    String move(
            @PathVariable String name,
            @RequestParam(defaultValue = "") String alias,
            @RequestParam int version,
            @RequestParam(defaultValue = "") List<String> known,
            Model model) {
        var wanted = alias.strip();
        int expected = known.stream()
                .filter(one -> one.startsWith(wanted + "="))
                .map(one -> version(one.substring(wanted.length() + 1)))
                .findFirst()
                .orElse(0);
        return change(name, model, () -> {
            model.addAttribute("wantedAlias", wanted);
            model.addAttribute("wantedVersion", version);
            registry.setAlias(tenant.require(), name, wanted, version, expected);
            model.addAttribute("wantedAlias", null);
        });
    }

    private static int version(String written) {
        return written.matches("[0-9]{1,9}") ? Integer.parseInt(written) : 0;
    }

    @PostMapping("/{name}/aliases/{alias}/rollback")
    String rollback(@PathVariable String name, @PathVariable String alias, @RequestParam int expected, Model model) {
        return change(name, model, () -> registry.rollback(tenant.require(), name, alias, expected));
    }

    @PostMapping("/{name}/aliases/{alias}/remove")
    String remove(@PathVariable String name, @PathVariable String alias, @RequestParam int expected, Model model) {
        return change(name, model, () -> registry.removeAlias(tenant.require(), name, alias, expected));
    }

    @PostMapping("/{name}/delete")
    String delete(@PathVariable String name, @RequestParam(required = false) @Nullable Integer version) {
        registry.delete(tenant.require(), version == null ? name : name + "@" + version);
        return "redirect:/adapters";
    }

    private String change(String name, Model model, Runnable act) {
        try {
            act.run();
        } catch (Problem problem) {
            model.addAttribute(
                    "refused",
                    problem.message()
                            + ("alias_moved".equals(problem.code()) ? " The list shows where it points now." : ""));
        }
        fill(name, model);
        return "adapters/aliases :: board";
    }

    private void fill(String name, Model model) {
        var caller = tenant.require();
        model.addAttribute("adapter", registry.adapter(caller, name));
        model.addAttribute("versions", registry.versions(caller, name));
        model.addAttribute("aliases", registry.aliases(caller, name));
        model.addAttribute("history", registry.history(caller, name, null));
    }
}
