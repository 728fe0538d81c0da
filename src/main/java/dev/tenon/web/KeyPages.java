package dev.tenon.web;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.identity.IdentityApi;
import dev.tenon.identity.Tenant;
import java.time.Duration;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** API keys: made here, shown once, ended here. */
@Controller
@OnRole(Role.WEB)
@RequestMapping("/keys")
class KeyPages {
    private final IdentityApi identity;
    private final CurrentTenant tenant;

    KeyPages(IdentityApi identity, CurrentTenant tenant) {
        this.identity = identity;
        this.tenant = tenant;
    }

    @GetMapping
    String list(Model model) {
        fill(model);
        return "keys";
    }

    /** Answers with the list and the secret; a reload asks again for the page, never for the secret. */
    @PostMapping
    String create(
            @RequestParam(defaultValue = "") String name,
            @RequestParam(defaultValue = "MEMBER") Tenant.Access access,
            @RequestParam(defaultValue = "0") int days,
            Model model) {
        try {
            if (name.isBlank()) {
                throw Problem.invalid(
                        "name", "missing_required_parameter", "Give the key a name, so that you know it.");
            }
            var issued = identity.issueKey(
                    tenant.require(), name.strip(), access, days > 0 ? Duration.ofDays(Math.min(days, 3650)) : null);
            model.addAttribute("issued", issued);
        } catch (Problem problem) {
            model.addAttribute("refused", problem.message());
            model.addAttribute("name", name);
        }
        fill(model);
        return "keys :: board";
    }

    @PostMapping("/{id}/revoke")
    String revoke(@PathVariable String id, Model model) {
        try {
            identity.revokeKey(tenant.require(), id);
        } catch (Problem problem) {
            model.addAttribute("stays", problem.message());
        }
        fill(model);
        return "keys :: board";
    }

    private void fill(Model model) {
        Tenant caller = tenant.require();
        model.addAttribute("keys", identity.keys(caller));
        model.addAttribute("admin", caller.isAdmin());
    }
}
