package dev.tenon.serving.deployment;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What all replicas hold for the caller, what shall stay there, and what happened. */
@RestController
@OnRole({Role.WEB, Role.SERVE})
@RequestMapping(path = "/api/v1/deployments", produces = MediaType.APPLICATION_JSON_VALUE)
class DeploymentsController {
    private static final int MOST_EVENTS = 500;
    private final DeploymentApi deployments;
    private final CurrentTenant tenant;

    DeploymentsController(DeploymentApi deployments, CurrentTenant tenant) {
        this.deployments = deployments;
        this.tenant = tenant;
    }

    /** {@code model}: {@code name}, {@code name@3} or {@code name@alias}; {@code mode}: {@code separate} or {@code fused}. */
    record Body(@Nullable String model, @Nullable String mode) {
        Mode mode(Mode unsaid) {
            return mode == null ? unsaid : Mode.of(mode);
        }

        String required() {
            if (model == null || model.isBlank()) {
                throw Problem.invalid(
                        "model", "missing_required_parameter", "'model' must name an adapter, a version or an alias.");
            }
            return model;
        }
    }

    @GetMapping
    Map<String, @Nullable Object> list() {
        var caller = tenant.require();
        var replicas = deployments.replicas(caller);
        var answer = new LinkedHashMap<String, @Nullable Object>();
        answer.put("object", "list");
        answer.put(
                "data",
                replicas.stream()
                        .flatMap(replica ->
                                replica.residences().stream().map(it -> DeploymentJson.residence(replica, it)))
                        .toList());
        answer.put("has_more", false);
        answer.put(
                "deployments",
                deployments.deployments(caller).stream()
                        .map(DeploymentJson::deployment)
                        .toList());
        answer.put("replicas", replicas.stream().map(DeploymentJson::replica).toList());
        return answer;
    }

    @PostMapping
    ResponseEntity<Map<String, @Nullable Object>> add(@RequestBody Body body) {
        var added = deployments.add(tenant.require(), body.required(), body.mode(Mode.SEPARATE));
        return ResponseEntity.status(added.fresh() ? 201 : 200).body(DeploymentJson.deployment(added.deployment()));
    }

    @GetMapping("/{id}")
    Map<String, @Nullable Object> get(@PathVariable String id) {
        return DeploymentJson.deployment(deployments.deployment(tenant.require(), id));
    }

    @PutMapping("/{id}")
    Map<String, @Nullable Object> change(@PathVariable String id, @RequestBody Body body) {
        var caller = tenant.require();
        var mode = body.mode(deployments.deployment(caller, id).mode());
        return DeploymentJson.deployment(deployments.change(caller, id, body.required(), mode));
    }

    @DeleteMapping("/{id}")
    Map<String, @Nullable Object> remove(@PathVariable String id) {
        deployments.remove(tenant.require(), id);
        return Map.of("id", id, "object", "deployment.pin", "deleted", true);
    }

    /** {@code before} is the id of the oldest event that the caller has. */
    @GetMapping("/events")
    Map<String, @Nullable Object> events(
            @RequestParam(defaultValue = "0") long before, @RequestParam(defaultValue = "100") int limit) {
        if (limit < 1 || limit > MOST_EVENTS || before < 0) {
            throw Problem.invalid(
                    limit < 1 || limit > MOST_EVENTS ? "limit" : "before",
                    "invalid_limit",
                    "'limit' must be between 1 and %d, 'before' the id of an event.".formatted(MOST_EVENTS));
        }
        List<DeploymentEvent> found = deployments.events(tenant.require(), before, limit);
        var answer = new LinkedHashMap<String, @Nullable Object>();
        answer.put("object", "list");
        answer.put("data", found.stream().map(DeploymentJson::event).toList());
        answer.put("has_more", found.size() == limit);
        return answer;
    }
}
