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
        var member = new Tenant(admin().orgId(), "user_somebody_else", Tenant.Access.MEMBER);
        assertThat(identity.keys(member)).isEmpty();
        assertThatThrownBy(() -> identity.revokeKey(member, issued.key().id()))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.status()).isEqualTo(404));
        assertThatThrownBy(() -> identity.issueKey(member, "more", Tenant.Access.ADMIN, null))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.status()).isEqualTo(403));
    }
}
