package dev.tenon.openai.uploads;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables {@code upload}, {@code upload_part} and {@code upload_chunk}. */
@Repository
class UploadRows {
    private static final String FIND = "select *, expires_at <= now() as late from upload where org_id = :org and id = :id";

    private final JdbcClient database;

    UploadRows(JdbcClient database) {
        this.database = database;
    }

    void insert(Upload upload, String mimeType) {
        var values = new HashMap<String, @Nullable Object>();
        values.put("id", upload.id());
        values.put("org", upload.orgId());
        values.put("filename", upload.filename());
        values.put("purpose", upload.purpose());
        values.put("mime", mimeType);
        values.put("bytes", upload.bytes());
        values.put("keep", upload.keptFor() == null ? null : upload.keptFor().toSeconds());
        values.put("created", upload.createdAt().atOffset(java.time.ZoneOffset.UTC));
        values.put("expires", upload.expiresAt().atOffset(java.time.ZoneOffset.UTC));
        database.sql("""
                        insert into upload (id, org_id, filename, purpose, mime_type, bytes, keep_seconds, created_at,
                            expires_at)
                        values (:id, :org, :filename, :purpose, :mime, :bytes, cast(:keep as bigint), :created, :expires)
                        """).params(values).update();
    }

    Optional<Upload> find(String orgId, String id) {
        return find(FIND, orgId, id);
    }

    /** The same with its row locked until the end of the transaction: parts and ends come one after the other. */
    Optional<Upload> lock(String orgId, String id) {
        return find(FIND + " for update", orgId, id);
    }

    private Optional<Upload> find(String sql, String orgId, String id) {
        return database.sql(sql)
                .param("org", orgId)
                .param("id", id)
                .query(UploadRows::upload)
                .optional();
    }

    /** Ends a pending upload; false when another call has ended it first. */
    boolean end(String id, Upload.Status status, @Nullable String fileId) {
        boolean ended = database.sql(
                                "update upload set status = :status, file_id = :file where id = :id and status = 'pending'")
                        .param("status", status.name().toLowerCase(Locale.ROOT))
                        .param("file", fileId)
                        .param("id", id)
                        .update()
                == 1;
        if (ended) {
            database.sql("delete from upload_part where upload_id = :id")
                    .param("id", id)
                    .update();
        }
        return ended;
    }

    /** Frees what uploads hold that nobody may complete any more. */
    void sweep() {
        database.sql("""
                        delete from upload_part where upload_id in
                            (select id from upload where status = 'pending' and expires_at <= now())
                        """).update();
    }

    List<UploadPart> parts(String uploadId) {
        return database.sql("select * from upload_part where upload_id = :id")
                .param("id", uploadId)
                .query((row, number) -> new UploadPart(
                        row.getString("id"),
                        uploadId,
                        row.getLong("bytes"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    void insert(UploadPart part) {
        database.sql("insert into upload_part (id, upload_id, bytes) values (:id, :upload, :bytes)")
                .param("id", part.id())
                .param("upload", part.uploadId())
                .param("bytes", part.bytes())
                .update();
    }

    void chunk(String partId, int number, byte[] data) {
        database.sql("insert into upload_chunk (part_id, number, data) values (:part, :number, :data)")
                .param("part", partId)
                .param("number", number)
                .param("data", data)
                .update();
    }

    byte[] chunk(String partId, int number) {
        return database.sql("select data from upload_chunk where part_id = :part and number = :number")
                .param("part", partId)
                .param("number", number)
                .query(byte[].class)
                .single();
    }

    private static Upload upload(ResultSet row, int number) throws SQLException {
        var status = Upload.Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT));
        long keep = row.getLong("keep_seconds");
        return new Upload(
                row.getString("id"),
                row.getString("org_id"),
                row.getString("filename"),
                row.getString("purpose"),
                row.getLong("bytes"),
                keep == 0 ? null : Duration.ofSeconds(keep),
                status == Upload.Status.PENDING && row.getBoolean("late") ? Upload.Status.EXPIRED : status,
                row.getString("file_id"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("expires_at", OffsetDateTime.class).toInstant());
    }
}
