package dev.tenon.openai.idempotency;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The table of remembered answers. */
@Component
class IdempotencyRows {
    private final JdbcClient jdbc;

    IdempotencyRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** A remembered answer. */
    record Row(String bodyDigest, int status, String answer) {}

    /** Waits for a request with the same key, at most five seconds; held until the transaction ends. */
    void lock(String scope, String key) {
        jdbc.sql("select set_config('lock_timeout', '5s', true)")
                .query(String.class)
                .single();
        jdbc.sql("select pg_advisory_xact_lock(hashtextextended(:name, 50))::text")
                .param("name", scope + " " + key)
                .query(String.class)
                .single();
    }

    Optional<Row> find(String scope, String key) {
        return jdbc.sql("""
                        select body_digest, status, answer from idempotency_key
                        where scope = :scope and key = :key and expires_at > now()
                        """)
                .param("scope", scope)
                .param("key", key)
                .query(Row.class)
                .optional();
    }

    void put(String scope, String key, String digest, int status, String answer, String lifetime) {
        jdbc.sql("""
                        insert into idempotency_key (scope, key, body_digest, status, answer, expires_at)
                        values (:scope, :key, :digest, :status, :answer, now() + cast(:lifetime as interval))
                        on conflict (scope, key) do update set body_digest = excluded.body_digest,
                            status = excluded.status, answer = excluded.answer, created_at = now(),
                            expires_at = excluded.expires_at
                        """)
                .param("scope", scope)
                .param("key", key)
                .param("digest", digest)
                .param("status", status)
                .param("answer", answer)
                .param("lifetime", lifetime)
                .update();
    }

    /** Forgets some expired rows; each create clears more than it adds. */
    void sweep() {
        jdbc.sql("""
                        delete from idempotency_key where ctid in (
                            select ctid from idempotency_key where expires_at < now()
                            order by expires_at limit 20 for update skip locked)
                        """).update();
    }
}
