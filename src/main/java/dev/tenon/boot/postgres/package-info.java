/** The PostgreSQL that Tenon brings along: unpacked, initialised, started, recovered and stopped by us. */
@NullMarked
package dev.tenon.boot.postgres;

import org.jspecify.annotations.NullMarked;
