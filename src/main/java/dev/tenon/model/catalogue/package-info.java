/** The catalogue's tables, the import checks, the local cache of model files and {@code /api/v1/base-models}. */
@NullMarked
package dev.tenon.model.catalogue;

import org.jspecify.annotations.NullMarked;
