package dev.tenon.registry;

import dev.tenon.core.Cursor;
import dev.tenon.core.Page;
import dev.tenon.identity.Tenant;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adapters, their versions and aliases; another tenant's adapter does not exist (404). */
public interface RegistryApi {

    /**
     * Finds a base name, {@code name}, {@code name@3}, {@code name@latest}, {@code name@alias}, {@code ft:…} or
     * {@code ft:…:ckpt-step-N}, or a composition {@code base+name:0.7+name@2:r4:0.3} of them. Unknown is 404 {@code model_not_found}; the model of an unfinished job is 404 with the
     * job and its status in the message.
     */
    ResolvedModel resolve(Tenant tenant, String name);

    /**
     * What a name that moves meant before it came to mean what it does, newest first, a few at most and only what there
     * still is: for an alias the versions that it pointed at, for a bare name the newest ones below. Empty for every name
     * that means one version for good, and for compositions.
     */
    List<ResolvedModel> earlier(Tenant tenant, String name);

    /** The PEFT folder of a version in the local cache, every file checked against its digest. */
    Path materialise(String versionId);

    /** Whether a head for labels lies beside the adapter of a version. */
    boolean hasHead(AdapterVersionView version);

    Page<AdapterView> adapters(Tenant tenant, Cursor cursor);

    AdapterView adapter(Tenant tenant, String name);

    /** Newest version first. */
    List<AdapterVersionView> versions(Tenant tenant, String name);

    /** All versions of all adapters, newest first. */
    Page<AdapterVersionView> allVersions(Tenant tenant, Cursor cursor);

    List<AliasView> aliases(Tenant tenant, String name);

    /** Where one alias points; 404 {@code alias_not_found}. */
    AliasView alias(Tenant tenant, String name, String alias);

    /**
     * Points the alias at a version.
     *
     * @param expected the version it must point at now, 0 for a new alias; null moves it from wherever it is. Otherwise
     *     412 {@code alias_moved}
     */
    AliasView setAlias(Tenant tenant, String name, String alias, int version, @Nullable Integer expected);

    /** As above, from wherever it points now. */
    default AliasView setAlias(Tenant tenant, String name, String alias, int version) {
        return setAlias(tenant, name, alias, version, null);
    }

    /** Removes an alias; {@code expected} as when it is set. */
    void removeAlias(Tenant tenant, String name, String alias, @Nullable Integer expected);

    /** As above, wherever it points now. */
    default void removeAlias(Tenant tenant, String name, String alias) {
        removeAlias(tenant, name, alias, null);
    }

    /** Points the alias back to where it was before its last change; {@code expected} as when it is set. */
    AliasView rollback(Tenant tenant, String name, String alias, @Nullable Integer expected);

    /** As above, from wherever it points now. */
    default AliasView rollback(Tenant tenant, String name, String alias) {
        return rollback(tenant, name, alias, null);
    }

    /** Newest change first; of all aliases when {@code alias} is null. */
    List<AliasChange> history(Tenant tenant, String name, @Nullable String alias);

    /** Deletes one version ({@code ft:…}, {@code name@3}) or, for a bare name, the adapter with all versions. */
    void delete(Tenant tenant, String name);

    /** As {@link #importPeft}, from a PEFT folder on the server's own disk; for administrators. */
    AdapterVersionView importDirectory(Tenant tenant, String name, @Nullable String baseModel, Path directory);

    /** Writes the version as a PEFT folder in a zip. */
    void export(Tenant tenant, String name, OutputStream zip);

    /** Makes a version of adapter {@code name} from a PEFT folder in a zip; never reads a pickle. */
    AdapterVersionView importPeft(Tenant tenant, String name, @Nullable String baseModel, InputStream zip);

    /** Makes the next version of an adapter of a folder that no job trained. */
    AdapterVersionView add(Tenant tenant, FolderVersion made);
}
