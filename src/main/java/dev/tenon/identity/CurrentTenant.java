package dev.tenon.identity;

/** Says who makes the present request. */
public interface CurrentTenant {

    /** The caller; a 401 {@link dev.tenon.core.Problem} when there is none. */
    Tenant require();
}
