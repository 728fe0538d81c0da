package dev.tenon.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TenonContext;
import dev.tenon.TenonIT;
import dev.tenon.core.Problem;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Keys are shown once, useless when read from the database, and dead the moment they are revoked or expire. */
@TenonIT
class ApiKeysIT {
    @Autowired
    IdentityApi identity;

    @Autowired
    JdbcClient database;

    Tenant admin() {
        return identity.systemTenant(identity.firstOrganisationId());
    }

    @Test
    void theBootstrapKeyIsAnAdministrators() {
        var caller = identity.authenticate(TenonContext.ADMIN_KEY).orElseThrow();
        assertThat(caller).isEqualTo(admin());
        assertThat(identity.firstKey()).as("a key exists, so none is made").isEmpty();
    }

    @Test
    void theSecretIsNowhereInTheDatabase() {
        var issued = identity.issueKey(admin(), "laptop", Tenant.Access.MEMBER, null);
        assertThat(issued.secret()).matches("tenon-[A-Za-z0-9_-]{43}");
        assertThat(issued.toString()).doesNotContain(issued.secret());
        var row = database.sql("select k::text from api_key k where id = ?")
                .param(issued.key().id())
                .query(String.class)
                .single();
        assertThat(row).doesNotContain(issued.secret()).contains(issued.key().prefix());
        assertThat(issued.key().prefix()).isEqualTo(issued.secret().substring(0, 10));
    }

    @Test
    void aRevokedKeyIsDeadAtOnce() {
        var issued = identity.issueKey(admin(), "short-lived", Tenant.Access.MEMBER, null);
        assertThat(identity.authenticate(issued.secret()))
                .get()
                .extracting(Tenant::access)
                .isEqualTo(Tenant.Access.MEMBER);
        identity.revokeKey(admin(), issued.key().id());
        assertThat(identity.authenticate(issued.secret())).isEmpty();
    }

    @Test
    void anExpiredKeyIsDead() {
        var issued = identity.issueKey(admin(), "expiring", Tenant.Access.MEMBER, Duration.ofDays(1));
        assertThat(identity.authenticate(issued.secret())).isPresent();
        database.sql("update api_key set expires_at = now() - interval '1 second' where id = ?")
                .param(issued.key().id())
                .update();
        assertThat(identity.authenticate(issued.secret())).isEmpty();
    }

    @Test
    void useIsRecorded() {
        var issued = identity.issueKey(admin(), "used", Tenant.Access.MEMBER, null);
        identity.authenticate(issued.secret());
        assertThat(identity.keys(admin()))
                .filteredOn(key -> key.id().equals(issued.key().id()))
                .singleElement()
                .satisfies(key -> assertThat(key.lastUsedAt()).isNotNull());
    }

    @Test
    void membersCannotMakeAdministratorsNorTouchOthersKeys() {
        var issued = identity.issueKey(admin(), "another's", Tenant.Access.MEMBER, null);
        var own = identity.issueKey(admin(), "a member's", Tenant.Access.MEMBER, null);
        var member = identity.authenticate(own.secret()).orElseThrow();
        assertThat(identity.keys(member))
                .extracting(ApiKeyView::id)
                .containsExactly(own.key().id());
        assertThatThrownBy(() -> identity.revokeKey(member, bootstrap().id()))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.status()).isEqualTo(404));
        assertThatThrownBy(() -> identity.revokeKey(member, issued.key().id()))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.status()).isEqualTo(404));
        assertThatThrownBy(() -> identity.issueKey(member, "more", Tenant.Access.ADMIN, null))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.status()).isEqualTo(403));
        var second = identity.issueKey(member, "their second", Tenant.Access.MEMBER, null);
        assertThat(identity.authenticate(second.secret())).contains(member);
        identity.revokeKey(member, own.key().id());
        assertThat(identity.authenticate(own.secret())).isEmpty();
    }

    @Test
    void anAdministratorStays() {
        database.sql("insert into organisation (id, name) values ('org_alone', 'alone')")
                .update();
        database.sql("insert into app_user (id, org_id, name, role) values ('user_alone', 'org_alone', 'one', 'ADMIN')")
                .update();
        var one = new Tenant("org_alone", "user_alone", Tenant.Access.ADMIN);
        var first = identity.issueKey(one, "first", Tenant.Access.ADMIN, null);
        var expiring = identity.issueKey(one, "expired", Tenant.Access.ADMIN, Duration.ofDays(1));
        database.sql("update api_key set expires_at = now() - interval '1 second' where id = ?")
                .param(expiring.key().id())
                .update();
        assertThatThrownBy(() -> identity.revokeKey(one, first.key().id()))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.status()).isEqualTo(409));
        assertThat(identity.authenticate(first.secret())).isPresent();
        var second = identity.issueKey(one, "second", Tenant.Access.ADMIN, null);
        var successor = identity.authenticate(second.secret()).orElseThrow();
        assertThat(successor.userId()).isNotEqualTo(one.userId());
        identity.revokeKey(successor, first.key().id());
        assertThat(identity.authenticate(first.secret())).isEmpty();
        assertThatThrownBy(() -> identity.revokeKey(successor, second.key().id()))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.status()).isEqualTo(409));
    }

    private ApiKeyView bootstrap() {
        return identity.keys(admin()).stream()
                .filter(key -> key.name().equals("bootstrap"))
                .findFirst()
                .orElseThrow();
    }
}
