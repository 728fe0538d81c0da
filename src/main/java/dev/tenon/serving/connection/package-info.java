/** What is known of the connection that a request came by, beyond what servlets are told. */
@NullMarked
@NamedInterface("connection")
package dev.tenon.serving.connection;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
