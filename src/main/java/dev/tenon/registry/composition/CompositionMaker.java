package dev.tenon.registry.composition;

import dev.tenon.core.Problem;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.Methods;
import dev.tenon.method.QuantizationConfig;
import dev.tenon.method.compose.Recipe;
import dev.tenon.method.compose.Workbench;
import dev.tenon.method.compose.Workbench.Source;
import dev.tenon.model.BaseModelApi;
import dev.tenon.registry.AdapterProof;
import dev.tenon.registry.FolderVersion;
import dev.tenon.registry.RegistryApi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.util.FileSystemUtils;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Makes what an order asks for, and stores it with its end in one commit. */
@Component
class CompositionMaker {
    private final RegistryApi registry;
    private final BaseModelApi bases;
    private final CompositionRows rows;
    private final TransactionOperations transaction;
    private final JsonMapper mapper;
    private final Path engineCache;

    CompositionMaker(
            RegistryApi registry,
            BaseModelApi bases,
            CompositionRows rows,
            TransactionOperations transaction,
            JsonMapper mapper,
            @Value("${tenon.home:${user.home}/.tenon}") Path home) {
        this.registry = registry;
        this.bases = bases;
        this.rows = rows;
        this.transaction = transaction;
        this.mapper = mapper;
        this.engineCache = home.resolve("cache").resolve("djl");
    }

    void make(CompositionRows.Claimed claimed) throws IOException {
        var folder = Files.createTempDirectory("tenon-compose-");
        var recipe = claimed.order().recipe();
        var form = claimed.order().form();
        try (var bench = Workbench.open(bases.materialise(claimed.order().base()), engineCache, form)) {
            if (recipe != null) {
                compose(claimed, recipe, bench, folder);
            } else {
                merge(claimed, bench, folder);
            }
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void compose(CompositionRows.Claimed claimed, Recipe recipe, Workbench bench, Path folder)
            throws IOException {
        var order = claimed.order();
        var sources = new ArrayList<Source>();
        for (var part : order.parts()) {
            sources.add(new Source(registry.materialise(part.versionId()), part.weight()));
        }
        var proof = bench.compose(sources, recipe, order.head(), folder, order.base());
        Map<String, Object> config =
                mapper.readValue(Files.readAllBytes(folder.resolve(AdapterFolder.SETTINGS)), new TypeReference<>() {});
        if (order.quantization() != null) {
            config.put(QuantizationConfig.KEY, order.quantization());
        }
        AdapterProof.flaw(Map.of(), proof).ifPresent(flaw -> {
            throw Problem.invalid("parts", "adapter_without_effect", flaw);
        });
        Object method = config.getOrDefault(Methods.METHOD, config.get("peft_type"));
        var made = new FolderVersion(
                claimed.name(),
                bases.require(order.base()),
                "compose",
                String.valueOf(method).toLowerCase(java.util.Locale.ROOT),
                config,
                folder,
                lineage(claimed),
                proof);
        transaction.executeWithoutResult(status -> {
            var version = registry.add(claimed.tenant(), made);
            var result = new LinkedHashMap<String, Object>();
            result.put("adapter", version.adapterName());
            result.put("version", version.version());
            result.put("model_id", version.modelId());
            result.put("proof", proof);
            rows.finish(claimed, result, null);
        });
    }

    private void merge(CompositionRows.Claimed claimed, Workbench bench, Path folder) {
        var order = claimed.order();
        var proof = bench.merge(registry.materialise(order.parts().getFirst().versionId()), folder, order.wide());
        var lineage = lineage(claimed);
        lineage.put("proof", proof);
        var base = bases.importDirectory(claimed.tenant().orgId(), claimed.name(), folder, lineage);
        var result = new LinkedHashMap<String, Object>();
        result.put("base_model", base.name());
        result.put("digest", base.digest());
        result.put("proof", proof);
        rows.finish(claimed, result, null);
    }

    private Map<String, Object> lineage(CompositionRows.Claimed claimed) {
        var lineage = new LinkedHashMap<String, Object>();
        lineage.put("composition", claimed.id());
        lineage.put("base_digest", bases.require(claimed.order().base()).digest());
        lineage.putAll(CompositionRequests.wire(claimed.order()));
        return lineage;
    }
}
