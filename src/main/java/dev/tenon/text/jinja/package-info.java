/**
 * A small interpreter for the part of Jinja that chat templates use. It works on its own value types, never reflects
 * on Java objects, counts its steps and its output, and keeps track of which characters came from the caller.
 */
@NullMarked
package dev.tenon.text.jinja;

import org.jspecify.annotations.NullMarked;
