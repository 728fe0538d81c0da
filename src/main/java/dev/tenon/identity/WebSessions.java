package dev.tenon.identity;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/**
 * Signed-in browsers, in the database: a restart of the server, or another web node, knows them too, and a revoked key
 * ends its sessions at once.
 */
@Repository
class WebSessions {
    private final JdbcClient database;

    WebSessions(JdbcClient database) {
        this.database = database;
    }

    /** Starts a session and returns the secret for the cookie; sweeps those that are too old. */
    @Transactional
    String begin(String keyId) {
        database.sql("""
                        delete from web_session
                        where last_used_at < now() - interval '12 hours' or created_at < now() - interval '7 days'""").update();
        var secret = Secrets.next();
        database.sql("insert into web_session (id, key_id) values (?, ?)")
                .params(Secrets.digest(secret), keyId)
                .update();
        return secret;
    }

    /** The caller of a session that is at most 12 hours idle and 7 days old and whose key still lives. */
    @Transactional
    Optional<Caller> find(String secret) {
        var id = Secrets.digest(secret);
        var caller = database.sql("""
                        select k.id, k.org_id, k.user_id, k.role
                        from web_session s join api_key k on k.id = s.key_id join app_user u on u.id = k.user_id
                        where s.id = ? and s.last_used_at > now() - interval '12 hours'
                          and s.created_at > now() - interval '7 days' and k.revoked_at is null
                          and (k.expires_at is null or k.expires_at > now()) and u.disabled_at is null""").param(id).query(ApiKeys::caller).optional();
        if (caller.isPresent()) {
            database.sql("""
                            update web_session set last_used_at = now()
                            where id = ? and last_used_at < now() - interval '1 minute'""").param(id).update();
        }
        return caller;
    }

    void end(String secret) {
        database.sql("delete from web_session where id = ?")
                .param(Secrets.digest(secret))
                .update();
    }
}
