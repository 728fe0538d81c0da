package dev.tenon.registry;

import dev.tenon.core.Ids;
import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Makes versions of folders that no job trained. */
@Component
class FolderVersions {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private final AdapterFolders folders;
    private final AdapterRows adapters;
    private final AdapterVersions versions;
    private final TransactionOperations transaction;

    FolderVersions(
            AdapterFolders folders,
            AdapterRows adapters,
            AdapterVersions versions,
            TransactionOperations transaction) {
        this.folders = folders;
        this.adapters = adapters;
        this.versions = versions;
        this.transaction = transaction;
    }

    static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw Problem.invalid(
                    "name",
                    "invalid_name",
                    "'name' must be 1 to 64 letters, digits, '.', '_' or '-' and begin with a letter or digit.");
        }
    }

    AdapterVersionView add(Tenant tenant, FolderVersion made) {
        requireName(made.name());
        var base = made.base();
        if (base.name().equals(made.name())) {
            throw Problem.invalid("name", "invalid_name", "An adapter may not have the name of its base model.");
        }
        var stored = folders.store(made.folder(), AdapterCache.ADAPTER_FILES::contains);
        var mark = Ids.letters(8).toLowerCase(Locale.ROOT);
        return Objects.requireNonNull(transaction.execute(status -> versions.byId(adapters.add(new NewVersion(
                        tenant.orgId(),
                        made.name(),
                        "ft:%s:%s:%s:%s".formatted(base.name(), made.kind(), made.name(), mark),
                        base.name(),
                        base.digest(),
                        made.method(),
                        made.config(),
                        stored.digest(),
                        stored.bytes(),
                        null,
                        made.lineage(),
                        made.proof(),
                        tenant.userId())))
                .orElseThrow()));
    }
}
