/** Mains that put load on a real server over HTTP and print what they measured, one JSON object a line. */
@NullMarked
package dev.tenon.serving.load;

import org.jspecify.annotations.NullMarked;
