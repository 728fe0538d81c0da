/** Users, organisations, roles, sessions, API keys and the tenant context. */
@NullMarked
@ApplicationModule(allowedDependencies = {"core"})
package dev.tenon.identity;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
