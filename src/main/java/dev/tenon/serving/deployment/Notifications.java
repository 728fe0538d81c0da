package dev.tenon.serving.deployment;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Waits for PostgreSQL's notifications on a connection of its own. They only make news faster: where they do not arrive (a
 * pooler in between, a lost connection) the wait ends by itself. For one thread.
 */
@Component
@OnRole(Role.SERVE)
class Notifications implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);
    private final DataSource database;
    private @Nullable Connection connection;

    Notifications(DataSource database) {
        this.database = database;
    }

    /** What was notified, as soon as something is; empty when nothing came in this time. */
    List<String> await(Duration most) throws InterruptedException {
        try {
            var notified = listening().getNotifications((int) Math.max(1, most.toMillis()));
            var payloads = new ArrayList<String>();
            if (notified != null) {
                for (var one : notified) {
                    payloads.add(one.getParameter());
                }
            }
            return payloads;
        } catch (SQLException away) {
            LOG.debug("Notifications are not heard", away);
            close();
            Thread.sleep(most);
            return List.of();
        }
    }

    private PGConnection listening() throws SQLException {
        var open = connection;
        if (open == null) {
            open = database.getConnection();
            connection = open;
            try (var statement = open.createStatement()) {
                statement.execute("listen tenon_deployment");
            }
        }
        return open.unwrap(PGConnection.class);
    }

    @Override
    public void close() {
        var open = connection;
        connection = null;
        if (open != null) {
            try (open;
                    var statement = open.createStatement()) {
                // the pool lends it to somebody else afterwards
                statement.execute("unlisten *");
            } catch (SQLException away) {
                LOG.debug("The listening connection was lost", away);
            }
        }
    }
}
