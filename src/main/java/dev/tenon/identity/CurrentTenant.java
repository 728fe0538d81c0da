package dev.tenon.identity;

/** The tenant of the request that is being served; a bean for controllers. */
public interface CurrentTenant {

    /** The caller; a 401 problem when nobody is signed in. */
    Tenant require();
}
