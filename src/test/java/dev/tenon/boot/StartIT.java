package dev.tenon.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TenonIT;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The application starts on an empty PostgreSQL and lays out its own tables. */
@TenonIT
class StartIT {
    @Autowired
    JdbcClient database;

    @Test
    void everyTableComesFromOurMigrations() {
        var tables = database.sql("select table_name from information_schema.tables where table_schema = 'public'")
                .query(String.class)
                .list();
        assertThat(tables).contains("organisation", "api_key", "event_publication", "batch_job_instance");
        var server = database.sql("show server_version").query(String.class).single();
        assertThat(server).startsWith("18");
    }
}
