package dev.tenon.registry.composition;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Orders compositions and merges, and says how far they are. */
@RestController
@OnRole(Role.WEB)
@RequestMapping("/api/v1")
class CompositionController {
    private static final int SHOWN = 100;

    private final CompositionRequests requests;
    private final CompositionRows rows;
    private final CurrentTenant tenant;

    CompositionController(CompositionRequests requests, CompositionRows rows, CurrentTenant tenant) {
        this.requests = requests;
        this.rows = rows;
        this.tenant = tenant;
    }

    @PostMapping("/adapters/compose")
    @ResponseStatus(HttpStatus.ACCEPTED)
    CompositionView compose(@RequestBody ComposeBody body) {
        var caller = tenant.require();
        return rows.add(caller, "compose", body.name() + "", requests.compose(caller, body));
    }

    /** {@code name} may be {@code name}, {@code name@3} or {@code name@alias}. */
    @PostMapping("/adapters/{name}/merge")
    @ResponseStatus(HttpStatus.ACCEPTED)
    CompositionView merge(@PathVariable String name, @RequestBody MergeBody body) {
        var caller = tenant.require();
        return rows.add(caller, "merge", body.name() + "", requests.merge(caller, name, body));
    }

    @GetMapping("/compositions")
    Map<String, Object> list() {
        return Map.of("object", "list", "data", rows.newest(tenant.require(), SHOWN), "has_more", false);
    }

    @GetMapping("/compositions/{id}")
    CompositionView get(@PathVariable String id) {
        return rows.require(tenant.require(), id);
    }
}
