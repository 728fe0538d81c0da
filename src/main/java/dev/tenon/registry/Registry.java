package dev.tenon.registry;

import dev.tenon.core.Cursor;
import dev.tenon.core.Page;
import dev.tenon.core.Problem;
import dev.tenon.identity.IdentityApi;
import dev.tenon.identity.Tenant;
import dev.tenon.job.JobApi;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The registry's face to the other modules. */
@Component
class Registry implements RegistryApi {
    private static final String CHECKPOINT = "ftckpt_";

    private final ModelResolution resolution;
    private final AdapterRows adapters;
    private final AdapterVersions versions;
    private final AdapterAliases aliases;
    private final AdapterRemoval removal;
    private final RegistryHistory history;
    private final AdapterCache cache;
    private final PeftDirectory directories;
    private final JobApi jobs;
    private final PeftExport exporter;
    private final PeftImport importer;
    private final FolderVersions folders;
    private final IdentityApi identity;

    Registry(
            ModelResolution resolution,
            AdapterRows adapters,
            AdapterVersions versions,
            AdapterAliases aliases,
            AdapterRemoval removal,
            RegistryHistory history,
            AdapterCache cache,
            PeftDirectory directories,
            JobApi jobs,
            PeftExport exporter,
            PeftImport importer,
            FolderVersions folders,
            IdentityApi identity) {
        this.resolution = resolution;
        this.adapters = adapters;
        this.versions = versions;
        this.aliases = aliases;
        this.removal = removal;
        this.history = history;
        this.cache = cache;
        this.directories = directories;
        this.jobs = jobs;
        this.exporter = exporter;
        this.importer = importer;
        this.folders = folders;
        this.identity = identity;
    }

    @Override
    public ResolvedModel resolve(Tenant tenant, String name) {
        return resolution.resolve(tenant, name);
    }

    @Override
    public List<ResolvedModel> earlier(Tenant tenant, String name) {
        return resolution.earlier(tenant, name);
    }

    @Override
    public Path materialise(String versionId) {
        var digest = versionId.startsWith(CHECKPOINT)
                ? jobs.checkpointModelById(versionId).map(checkpoint -> checkpoint.folderDigest())
                : versions.byId(versionId).map(AdapterVersionView::blobDigest);
        return cache.folder(digest.orElseThrow(() -> Problem.notFound(
                "model", "model_not_found", "The adapter version '%s' is gone.".formatted(versionId))));
    }

    @Override
    public boolean hasHead(AdapterVersionView version) {
        return cache.hasHead(version.blobDigest(), version.config());
    }

    @Override
    public Page<AdapterView> adapters(Tenant tenant, Cursor cursor) {
        return adapters.page(tenant.orgId(), cursor);
    }

    @Override
    public AdapterView adapter(Tenant tenant, String name) {
        return adapters.require(tenant.orgId(), name);
    }

    @Override
    public List<AdapterVersionView> versions(Tenant tenant, String name) {
        adapters.require(tenant.orgId(), name);
        return versions.ofAdapter(tenant.orgId(), name);
    }

    @Override
    public Page<AdapterVersionView> allVersions(Tenant tenant, Cursor cursor) {
        return versions.page(tenant.orgId(), cursor);
    }

    @Override
    public List<AliasView> aliases(Tenant tenant, String name) {
        return aliases.list(tenant, name);
    }

    @Override
    public AliasView alias(Tenant tenant, String name, String alias) {
        return aliases.require(tenant, name, alias);
    }

    @Override
    public AliasView setAlias(Tenant tenant, String name, String alias, int version, @Nullable Integer expected) {
        return aliases.set(tenant, name, alias, version, expected);
    }

    @Override
    public void removeAlias(Tenant tenant, String name, String alias, @Nullable Integer expected) {
        aliases.remove(tenant, name, alias, expected);
    }

    @Override
    public AliasView rollback(Tenant tenant, String name, String alias, @Nullable Integer expected) {
        return aliases.rollback(tenant, name, alias, expected);
    }

    @Override
    public List<AliasChange> history(Tenant tenant, String name, @Nullable String alias) {
        var changes = history.of(adapters.require(tenant.orgId(), name).id(), alias);
        var names = identity.userNames(
                tenant.orgId(), changes.stream().map(AliasChange::changedBy).toList());
        return changes.stream()
                .map(change -> change.by(names.get(change.changedBy())))
                .toList();
    }

    @Override
    public void delete(Tenant tenant, String name) {
        removal.remove(tenant, name);
    }

    @Override
    public AdapterVersionView importDirectory(Tenant tenant, String name, @Nullable String baseModel, Path directory) {
        return directories.read(tenant, name, baseModel, directory);
    }

    @Override
    public void export(Tenant tenant, String name, OutputStream zip) {
        exporter.write(materialise(resolution.version(tenant, name).id()), zip);
    }

    @Override
    public AdapterVersionView importPeft(Tenant tenant, String name, @Nullable String baseModel, InputStream zip) {
        return importer.read(tenant, name, baseModel, zip);
    }

    @Override
    public AdapterVersionView add(Tenant tenant, FolderVersion made) {
        return folders.add(tenant, made);
    }
}
