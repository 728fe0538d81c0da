package dev.tenon.serving.deployment;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Deployments as {@code /api/v1/deployments} writes them. */
final class DeploymentJson {
    private DeploymentJson() {}

    static Map<String, @Nullable Object> residence(Replica replica, Residence it) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("object", "deployment");
        json.put("kind", it.kind().wire());
        json.put("name", it.name());
        json.put("base_model", it.baseModel());
        json.put("digest", it.digest());
        json.put("state", it.state().wire());
        json.put("reason", it.reason());
        json.put("replica", replica.id());
        json.put("device", replica.device());
        json.put("bytes", it.bytes());
        json.put("active_requests", it.activeRequests());
        json.put("pinned", it.pinned());
        json.put("by_heat", it.byHeat());
        json.put("batching", it.batching());
        json.put("since", it.since().getEpochSecond());
        return json;
    }

    static Map<String, @Nullable Object> replica(Replica replica) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", replica.id());
        json.put("object", "replica");
        json.put("host", replica.host());
        json.put("device", replica.device());
        json.put("adapter_bytes", replica.adapterBytes());
        json.put("encoder_adapter_bytes", replica.encoderAdapterBytes());
        json.put("adapter_budget", replica.adapterBudget());
        json.put("started_at", replica.startedAt().getEpochSecond());
        json.put("silent_ms", replica.silent().toMillis());
        return json;
    }

    static Map<String, @Nullable Object> deployment(Deployment wish) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", wish.id());
        json.put("object", "deployment.pin");
        json.put("model", wish.model());
        json.put("adapter", wish.adapter());
        json.put("mode", wish.mode().wire());
        json.put("state", wish.state().wire());
        json.put("created_at", wish.createdAt().getEpochSecond());
        json.put("updated_at", wish.updatedAt().getEpochSecond());
        json.put(
                "replicas",
                wish.replicas().stream().map(DeploymentJson::onReplica).toList());
        return json;
    }

    private static Map<String, @Nullable Object> onReplica(Deployment.OnReplica on) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("replica", on.replica());
        json.put("state", on.state().wire());
        json.put("serving", on.serving());
        json.put("wanted", on.wanted());
        json.put("reason", on.reason());
        json.put("since", on.since().getEpochSecond());
        return json;
    }

    static Map<String, @Nullable Object> event(DeploymentEvent event) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", event.sequence());
        json.put("object", "deployment.event");
        json.put("type", event.type());
        json.put("model", event.model());
        json.put("replica", event.replica());
        json.put("message", event.message());
        json.put("created_at", event.createdAt().getEpochSecond());
        return json;
    }
}
