package dev.tenon.dataset;

import dev.tenon.artifact.BlobRef;
import dev.tenon.core.Cursor;
import dev.tenon.core.Ids;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table {@code stored_file}. */
@Repository
class FileRows {
    private static final String ALIVE = " deleted_at is null and (expires_at is null or expires_at > now())";

    private final JdbcClient database;

    FileRows(JdbcClient database) {
        this.database = database;
    }

    String insert(
            String orgId,
            String filename,
            String purpose,
            BlobRef blob,
            @Nullable DatasetSummary summary,
            @Nullable Duration expiresAfter) {
        var id = Ids.next("file-");
        var values = new HashMap<String, @Nullable Object>();
        values.put("id", id);
        values.put("org", orgId);
        values.put("filename", filename);
        values.put("purpose", purpose);
        values.put("bytes", blob.bytes());
        values.put("digest", blob.digest());
        values.put("format", summary == null ? null : summary.format());
        values.put("examples", summary == null ? null : summary.examples());
        values.put("turns", summary == null ? null : summary.turns());
        values.put("tokens", summary == null ? null : summary.approxTokens());
        values.put("characters", summary == null ? null : summary.characters());
        values.put("seconds", expiresAfter == null ? null : (double) expiresAfter.toSeconds());
        database.sql("""
                        insert into stored_file (id, org_id, filename, purpose, bytes, digest, status, format, examples,
                          turns, approx_tokens, characters, expires_at)
                        values (:id, :org, :filename, :purpose, :bytes, :digest, 'processed', :format, :examples,
                          :turns, :tokens, :characters, now() + make_interval(secs => cast(:seconds as float8)))""").params(values).update();
        return id;
    }

    Optional<FileView> find(String orgId, String id) {
        return database.sql("select * from stored_file where org_id = :org and id = :id and" + ALIVE)
                .params(Map.of("org", orgId, "id", id))
                .query(FileRows::view)
                .optional();
    }

    /** The content's digest, also of a file that was deleted since. */
    Optional<String> digest(String id) {
        return database.sql("select digest from stored_file where id = :id")
                .param("id", id)
                .query(String.class)
                .optional();
    }

    /** One more row than the cursor's limit, so that the caller knows whether a page follows. */
    List<FileView> list(String orgId, @Nullable String purpose, Cursor cursor) {
        boolean down = cursor.order() == Cursor.Order.DESC;
        var sql = new StringBuilder("select * from stored_file where org_id = :org and" + ALIVE);
        var values = new HashMap<String, @Nullable Object>();
        values.put("org", orgId);
        values.put("limit", cursor.limit() + 1);
        if (purpose != null) {
            sql.append(" and purpose = :purpose");
            values.put("purpose", purpose);
        }
        if (cursor.after() != null) {
            sql.append(" and (created_at, id) ")
                    .append(down ? '<' : '>')
                    .append(" (select created_at, id from stored_file where org_id = :org and id = :after)");
            values.put("after", cursor.after());
        }
        sql.append(down ? " order by created_at desc, id desc" : " order by created_at, id")
                .append(" limit :limit");
        return database.sql(sql.toString()).params(values).query(FileRows::view).list();
    }

    boolean delete(String orgId, String id) {
        return database.sql("update stored_file set deleted_at = now() where org_id = :org and id = :id and" + ALIVE)
                        .params(Map.of("org", orgId, "id", id))
                        .update()
                > 0;
    }

    private static FileView view(ResultSet row, int number) throws SQLException {
        var format = row.getString("format");
        return new FileView(
                row.getString("id"),
                row.getString("org_id"),
                row.getString("filename"),
                row.getString("purpose"),
                row.getLong("bytes"),
                row.getString("digest"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row.getObject("expires_at", OffsetDateTime.class)),
                row.getString("status"),
                row.getString("status_details"),
                format == null
                        ? null
                        : new DatasetSummary(
                                format,
                                row.getLong("examples"),
                                row.getLong("turns"),
                                row.getLong("approx_tokens"),
                                row.getLong("characters")));
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
