/** {@code /v1/models}: bases, adapters by name, and versions by their minted id. */
@NullMarked
package dev.tenon.openai.models;

import org.jspecify.annotations.NullMarked;
