/** What is known of the connection that a request came by, beyond what servlets are told. */
@NullMarked
package dev.tenon.openai.connection;

import org.jspecify.annotations.NullMarked;
