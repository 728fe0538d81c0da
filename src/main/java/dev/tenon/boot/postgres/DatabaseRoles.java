package dev.tenon.boot.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Makes a database with two roles: one owns the tables and runs the migrations, the other is the application's and
 * can do nothing but read and write rows. Everything may run again on what exists.
 */
public final class DatabaseRoles {
    private DatabaseRoles() {}

    /** Both logins of one database. */
    public record Logins(DatabaseLogin owner, DatabaseLogin application) {}

    /** Makes what is missing of {@code database} in this cluster. */
    public static Logins prepare(PostgresCluster cluster, String database) throws SQLException {
        var credentials = cluster.credentials();
        try (var connection = cluster.superuser().connect()) {
            role(connection, Credentials.OWNER, credentials.owner());
            role(connection, Credentials.APPLICATION, credentials.application());
            database(connection, database);
        }
        var owner = cluster.login(database, Credentials.OWNER, credentials.owner());
        try (var connection = owner.connect();
                var statement = connection.createStatement()) {
            grant(statement);
        }
        return new Logins(owner, cluster.login(database, Credentials.APPLICATION, credentials.application()));
    }

    private static void role(Connection connection, String name, String password) throws SQLException {
        try (var statement = connection.createStatement()) {
            if (!exists(connection, "select 1 from pg_roles where rolname = ?", name)) {
                statement.execute("create role " + name + " login nosuperuser nocreatedb nocreaterole");
            }
            // The password has letters and digits only (Ids), so that it needs no quoting.
            statement.execute("alter role " + name + " password '" + password + "'");
        }
    }

    private static void database(Connection connection, String name) throws SQLException {
        if (!exists(connection, "select 1 from pg_database where datname = ?", name)) {
            try (var statement = connection.createStatement()) {
                statement.execute("create database " + name + " owner " + Credentials.OWNER);
                statement.execute("revoke all on database " + name + " from public");
                statement.execute("grant connect, temporary on database " + name + " to " + Credentials.APPLICATION);
            }
        }
    }

    private static void grant(Statement statement) throws SQLException {
        statement.execute("grant usage on schema public to " + Credentials.APPLICATION);
        statement.execute("alter default privileges in schema public grant select, insert, update, delete on tables to "
                + Credentials.APPLICATION);
        statement.execute("alter default privileges in schema public grant usage, select on sequences to "
                + Credentials.APPLICATION);
    }

    private static boolean exists(Connection connection, String query, String name) throws SQLException {
        try (var statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            return statement.executeQuery().next();
        }
    }
}
