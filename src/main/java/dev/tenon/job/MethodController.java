package dev.tenon.job;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.Methods;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The methods a job can name, each with the JSON Schema of its settings. */
@RestController
@OnRole(Role.WEB)
@RequestMapping("/api/v1/methods")
class MethodController {
    private final Methods methods;
    private final MethodAdvice advice;
    private final CurrentTenant tenant;

    MethodController(Methods methods, MethodAdvice advice, CurrentTenant tenant) {
        this.methods = methods;
        this.advice = advice;
        this.tenant = tenant;
    }

    @GetMapping
    Map<String, Object> list() {
        tenant.require();
        List<Map<String, Object>> all = methods.all().stream().map(this::body).toList();
        return Map.of("object", "list", "data", all, "has_more", false);
    }

    @GetMapping("/{id}")
    Map<String, Object> get(@PathVariable String id) {
        tenant.require();
        return body(methods.require(id));
    }

    /** Methods for a need, best first, each with its reasons. */
    @PostMapping("/recommendations")
    Map<String, Object> recommend(@RequestBody RecommendationBody.Asked asked) {
        var data = advice.recommend(tenant.require(), asked.need()).stream()
                .map(RecommendationBody::of)
                .toList();
        return Map.of("object", "list", "data", data, "has_more", false);
    }

    private Map<String, Object> body(AdapterMethod<?> method) {
        var descriptor = method.descriptor();
        var body = new LinkedHashMap<String, Object>();
        body.put("id", descriptor.id());
        body.put("object", "method");
        body.put("title", descriptor.title());
        body.put("family", descriptor.family());
        body.put("summary", descriptor.summary());
        body.put("equation", descriptor.equation());
        body.put("paper", descriptor.paper());
        body.put("cost", descriptor.cost());
        body.put("modalities", descriptor.modalities());
        body.put("capabilities", methods.capabilities(descriptor.id()));
        body.put("batching", MethodCard.batching(methods.capabilities(descriptor.id())));
        body.put("schema", methods.schema(descriptor.id()));
        return body;
    }
}
