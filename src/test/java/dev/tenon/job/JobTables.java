package dev.tenon.job;

import dev.tenon.TestDatabase;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A migrated database of its own, reached as the application reaches it. */
final class JobTables {
    private JobTables() {}

    static DataSource fresh() {
        var access = TestDatabase.fresh();
        Flyway.configure()
                .dataSource(access.url(), access.migrator(), access.migratorPassword())
                .locations("classpath:db/migration")
                .load()
                .migrate();
        return new DriverManagerDataSource(access.url(), access.user(), access.password());
    }
}
