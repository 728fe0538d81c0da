package dev.tenon.registry;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** {@code /api/v1/adapters/{name}/aliases}: where they point, moving them, their history and one step back. */
@RestController
@OnRole(Role.WEB)
@RequestMapping("/api/v1/adapters/{name}/aliases")
class AliasController {
    private final RegistryApi registry;
    private final CurrentTenant tenant;

    AliasController(RegistryApi registry, CurrentTenant tenant) {
        this.registry = registry;
        this.tenant = tenant;
    }

    /**
     * The body of a PUT.
     *
     * @param expectedVersion the version the alias points at as far as the caller knows, 0 for none; {@code If-Match}
     *     with the ETag of an answer says the same
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Target(@Nullable Integer version, @Nullable Integer expectedVersion) {}

    @JsonNaming(SnakeCaseStrategy.class)
    record AliasBody(String alias, String adapter, int version, long since) {
        static AliasBody of(AliasView alias) {
            return new AliasBody(
                    alias.alias(),
                    alias.adapterName(),
                    alias.version(),
                    alias.since().getEpochSecond());
        }
    }

    @JsonNaming(SnakeCaseStrategy.class)
    record ChangeBody(
            long sequence,
            @Nullable String alias,
            String action,
            @Nullable Integer fromVersion,
            @Nullable Integer toVersion,
            String changedBy,
            @Nullable String changedByName,
            long createdAt) {
        static ChangeBody of(AliasChange change) {
            return new ChangeBody(
                    change.sequence(),
                    change.alias(),
                    change.action(),
                    change.from(),
                    change.to(),
                    change.changedBy(),
                    change.changedByName(),
                    change.at().getEpochSecond());
        }
    }

    @GetMapping
    Map<String, Object> list(@PathVariable String name) {
        return AdapterController.listOf(
                registry.aliases(tenant.require(), name).stream()
                        .map(AliasBody::of)
                        .toList(),
                false);
    }

    @PutMapping("/{alias}")
    ResponseEntity<AliasBody> put(
            @PathVariable String name,
            @PathVariable String alias,
            @RequestBody Target target,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String match) {
        if (target.version() == null) {
            throw Problem.invalid(
                    "version", "missing_required_parameter", "'version' is required: the number of a version.");
        }
        var expected = match == null ? target.expectedVersion() : expected(match);
        return tagged(registry.setAlias(tenant.require(), name, alias, target.version(), expected));
    }

    @GetMapping("/{alias}")
    ResponseEntity<AliasBody> get(@PathVariable String name, @PathVariable String alias) {
        return tagged(registry.alias(tenant.require(), name, alias));
    }

    @DeleteMapping("/{alias}")
    Map<String, Object> remove(
            @PathVariable String name,
            @PathVariable String alias,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String match) {
        registry.removeAlias(tenant.require(), name, alias, match == null ? null : expected(match));
        return Map.of("alias", alias, "object", "adapter.alias", "deleted", true);
    }

    /** Every change of the adapter, versions too. */
    @GetMapping("/history")
    Map<String, Object> historyOfAll(@PathVariable String name) {
        return history(name, null);
    }

    @GetMapping("/{alias}/history")
    Map<String, Object> historyOf(@PathVariable String name, @PathVariable String alias) {
        return history(name, alias);
    }

    @PostMapping("/{alias}/rollback")
    ResponseEntity<AliasBody> rollback(
            @PathVariable String name,
            @PathVariable String alias,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String match) {
        return tagged(registry.rollback(tenant.require(), name, alias, match == null ? null : expected(match)));
    }

    /** The tag of an alias is the version it points at, which is all that it says. */
    private static ResponseEntity<AliasBody> tagged(AliasView alias) {
        return ResponseEntity.ok()
                .eTag(Integer.toString(alias.version()))
                .contentType(MediaType.APPLICATION_JSON)
                .body(AliasBody.of(alias));
    }

    /** Null for "whatever it is". */
    private static @Nullable Integer expected(String match) {
        if (match.equals("*")) {
            return null;
        }
        if (!match.matches("\"[0-9]{1,9}\"")) {
            throw Problem.invalid(
                    "If-Match", "invalid_value", "'If-Match' must be the ETag of an alias, such as \"3\", or *.");
        }
        return Integer.valueOf(match.substring(1, match.length() - 1));
    }

    private Map<String, Object> history(String name, @Nullable String alias) {
        return AdapterController.listOf(
                registry.history(tenant.require(), name, alias).stream()
                        .map(ChangeBody::of)
                        .toList(),
                false);
    }
}
