package dev.tenon.model.catalogue;

import dev.tenon.artifact.BlobRef;
import dev.tenon.core.Ids;
import dev.tenon.model.BaseModelView;
import dev.tenon.model.ModelConfig;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The tables {@code base_model} and {@code base_model_file}. */
@Repository
class CatalogueRows {
    private static final JsonMapper JSON = new JsonMapper();

    private final JdbcClient database;

    CatalogueRows(JdbcClient database) {
        this.database = database;
    }

    Optional<BaseModelView> find(String name) {
        return database.sql("select * from base_model where name = ?")
                .param(name)
                .query(CatalogueRows::view)
                .optional();
    }

    List<BaseModelView> visible(@Nullable String orgId) {
        return database.sql(
                        "select * from base_model where org_id is null or org_id = cast(:org as text) order by name")
                .param("org", orgId)
                .query(CatalogueRows::view)
                .list();
    }

    /** File names with their blobs. */
    Map<String, BlobRef> files(String name) {
        var files = new LinkedHashMap<String, BlobRef>();
        database.sql("""
                        select f.path, f.digest, f.bytes from base_model_file f
                        join base_model m on m.id = f.model_id where m.name = ? order by f.path
                        """)
                .param(name)
                .query((row, _) -> files.put(row.getString(1), new BlobRef(row.getString(2), row.getLong(3))))
                .list();
        return files;
    }

    Map<String, Object> lineage(String name) {
        return database.sql("select lineage from base_model where name = ?")
                .param(name)
                .query(String.class)
                .optional()
                .map(text -> JSON.readValue(text, new TypeReference<Map<String, Object>>() {}))
                .orElse(Map.of());
    }

    /** Inserts a model; false when its name is taken meanwhile. */
    @Transactional
    boolean insert(
            BaseModelView model, String configText, Map<String, BlobRef> files, Map<String, Object> lineage) {
        String id = Ids.next("model_");
        int inserted = database.sql("""
                        insert into base_model (id, org_id, name, digest, family, parameters, bytes, licence, config,
                            lineage)
                        values (:id, :org, :name, :digest, :family, :parameters, :bytes, :licence, :config,
                            cast(:lineage as jsonb))
                        on conflict (name) do nothing
                        """)
                .param("id", id)
                .param("org", model.orgId())
                .param("name", model.name())
                .param("digest", model.digest())
                .param("family", model.family())
                .param("parameters", model.parameters())
                .param("bytes", model.bytes())
                .param("licence", model.licence())
                .param("config", configText)
                .param("lineage", JSON.writeValueAsString(lineage))
                .update();
        if (inserted == 1) {
            files.forEach((path, blob) -> database.sql(
                            "insert into base_model_file (model_id, path, digest, bytes) values (?, ?, ?, ?)")
                    .params(id, path, blob.digest(), blob.bytes())
                    .update());
        }
        return inserted == 1;
    }

    private static BaseModelView view(ResultSet row, int number) throws SQLException {
        return new BaseModelView(
                row.getString("org_id"),
                row.getString("name"),
                row.getString("digest"),
                row.getString("family"),
                row.getLong("parameters"),
                row.getLong("bytes"),
                ModelConfig.parse(row.getString("config")),
                row.getString("licence"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
