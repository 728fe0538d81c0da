package dev.tenon.openai.models;

import dev.tenon.core.Cursor;
import dev.tenon.core.Problem;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.identity.Tenant;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import dev.tenon.registry.AdapterVersionView;
import dev.tenon.registry.RegistryApi;
import dev.tenon.serving.Composition;
import dev.tenon.serving.deployment.DeploymentApi;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Lists, describes and deletes models; an id may hold a slash, encoded or not. */
@RestController
@RequestMapping("/v1/models")
class ModelsController {
    private static final int PAGE = 100;

    private final BaseModelApi bases;
    private final RegistryApi registry;
    private final DeploymentApi deployments;
    private final CurrentTenant tenant;

    ModelsController(BaseModelApi bases, RegistryApi registry, DeploymentApi deployments, CurrentTenant tenant) {
        this.bases = bases;
        this.registry = registry;
        this.deployments = deployments;
        this.tenant = tenant;
    }

    /** The SDKs read this list as one page, so it is one page. */
    @GetMapping
    ResponseEntity<Map<String, Object>> list() {
        var caller = tenant.require();
        var resident = new ResidentModels(deployments.replicas(caller));
        var models = new ArrayList<ModelJson>();
        var known = new HashMap<String, BaseModelView>();
        for (var base : bases.list(caller.orgId())) {
            known.put(base.name(), base);
            models.add(ModelJson.of(base, resident));
        }
        var named = new LinkedHashSet<String>();
        for (var version : versions(caller)) {
            var base = known.get(version.baseModel());
            if (named.add(version.adapterName())) {
                models.add(ModelJson.of(version.adapterName(), caller.orgId(), version, base, resident));
            }
            models.add(ModelJson.of(version.modelId(), caller.orgId(), version, base, resident));
        }
        return json(Map.of("object", "list", "data", models));
    }

    private List<AdapterVersionView> versions(Tenant caller) {
        var all = new ArrayList<AdapterVersionView>();
        var page = registry.allVersions(caller, new Cursor(null, PAGE, Cursor.Order.DESC));
        all.addAll(page.items());
        while (page.hasMore()) {
            page = registry.allVersions(caller, new Cursor(all.getLast().id(), PAGE, Cursor.Order.DESC));
            all.addAll(page.items());
        }
        return all;
    }

    @GetMapping("/{*id}")
    ResponseEntity<ModelJson> get(@PathVariable("id") String path) {
        String id = path.substring(1);
        var caller = tenant.require();
        var resolved = registry.resolve(caller, id);
        Composition.requirePossible(resolved);
        return json(ModelJson.of(resolved, caller.orgId(), new ResidentModels(deployments.replicas(caller))));
    }

    @DeleteMapping("/{*id}")
    ResponseEntity<Map<String, Object>> delete(@PathVariable("id") String path) {
        String id = path.substring(1);
        var caller = tenant.require();
        if (registry.resolve(caller, id).version() == null) {
            throw Problem.invalid(
                    "model", "base_model", "'%s' is a base model; only adapters can be deleted here.".formatted(id));
        }
        registry.delete(caller, id);
        return json(Map.of("id", id, "object", "model", "deleted", true));
    }

    private static <T> ResponseEntity<T> json(T body) {
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(body);
    }
}
