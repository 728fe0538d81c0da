/** The catalogue of methods: a page each, a comparison, and which of them suit a need. */
@NullMarked
package dev.tenon.web.methods;

import org.jspecify.annotations.NullMarked;
