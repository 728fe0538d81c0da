/** What shall be resident on the serve replicas and what is: wishes, the replicas' own reports, and how they meet. */
@NullMarked
@NamedInterface("deployment")
package dev.tenon.serving.deployment;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
