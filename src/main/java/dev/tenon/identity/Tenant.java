package dev.tenon.identity;

/** Who is calling: an organisation, one of its users, and what that user may do. */
public record Tenant(String orgId, String userId, Access access) {

    /** What the caller may do inside the organisation. */
    public enum Access {
        MEMBER,
        ADMIN
    }
}
