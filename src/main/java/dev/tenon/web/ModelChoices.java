package dev.tenon.web;

import dev.tenon.core.Cursor;
import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.Tenant;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import dev.tenon.model.BaseTask;
import dev.tenon.registry.AdapterView;
import dev.tenon.registry.RegistryApi;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;

/** The models that a tenant can choose from, in groups. */
@Component
@OnRole(Role.WEB)
class ModelChoices {
    private static final int MOST = 100;

    private final BaseModelApi bases;
    private final RegistryApi registry;

    ModelChoices(BaseModelApi bases, RegistryApi registry) {
        this.bases = bases;
        this.registry = registry;
    }

    /** One entry of a list of models: what to send, what to read, and the base below it. */
    public record Choice(String name, String label, String base) {}

    List<BaseModelView> bases(Tenant tenant) {
        return bases.list(tenant.orgId());
    }

    /** The bases that write text. */
    List<BaseModelView> writers(Tenant tenant) {
        return bases(tenant).stream().filter(ModelChoices::writes).toList();
    }

    private static boolean writes(BaseModelView base) {
        return base.config().tasks().contains(BaseTask.GENERATION);
    }

    String firstBase(Tenant tenant) {
        var all = writers(tenant);
        return all.isEmpty() ? "tenon-base-7m" : all.getFirst().name();
    }

    /** Adapters on bases that write text, or on those that tell labels. */
    List<Choice> adapters(Tenant tenant, boolean writing) {
        var names = writers(tenant).stream().map(BaseModelView::name).toList();
        return adapters(tenant).stream()
                .filter(choice -> names.contains(choice.base()) == writing)
                .toList();
    }

    /** Adapters by name, and below each its aliases. */
    List<Choice> adapters(Tenant tenant) {
        var choices = new ArrayList<Choice>();
        for (AdapterView adapter : registry.adapters(tenant, new Cursor(null, MOST, Cursor.Order.DESC))
                .items()) {
            choices.add(new Choice(
                    adapter.name(),
                    "%s (version %d)".formatted(adapter.name(), adapter.latestVersion()),
                    adapter.baseModel()));
            adapter.aliases()
                    .forEach((alias, version) -> choices.add(new Choice(
                            adapter.name() + "@" + alias,
                            "%s@%s (version %d)".formatted(adapter.name(), alias, version),
                            adapter.baseModel())));
        }
        return choices;
    }
}
