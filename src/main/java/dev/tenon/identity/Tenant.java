package dev.tenon.identity;

/** Who is calling: the organisation that owns everything it makes and sees, the user, and what they may do. */
public record Tenant(String orgId, String userId, Access access) {

    /** What a caller may do inside its organisation. */
    public enum Access {
        MEMBER,
        ADMIN
    }

    public boolean isAdmin() {
        return access == Access.ADMIN;
    }
}
