package dev.tenon.serving;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What this process has in memory for the caller: base models and the caller's own adapters. */
@RestController
@OnRole(Role.SERVE)
class DeploymentsController {
    private final ServingApi serving;
    private final CurrentTenant tenant;

    DeploymentsController(ServingApi serving, CurrentTenant tenant) {
        this.serving = serving;
        this.tenant = tenant;
    }

    @GetMapping(path = "/api/v1/deployments", produces = MediaType.APPLICATION_JSON_VALUE)
    Map<String, Object> list() {
        List<Map<String, Object>> data = serving.deployments(tenant.require()).stream()
                .map(DeploymentsController::json)
                .toList();
        var answer = new LinkedHashMap<String, Object>();
        answer.put("object", "list");
        answer.put("data", data);
        return answer;
    }

    private static Map<String, Object> json(DeploymentView view) {
        var json = new LinkedHashMap<String, Object>();
        json.put("object", "deployment");
        json.put("kind", view.kind());
        json.put("name", view.name());
        json.put("base_model", view.baseModel());
        json.put("digest", view.digest());
        json.put("state", view.state());
        json.put("device", view.device());
        json.put("bytes", view.bytes());
        json.put("active_requests", view.activeRequests());
        json.put("since", view.since().getEpochSecond());
        return json;
    }
}
