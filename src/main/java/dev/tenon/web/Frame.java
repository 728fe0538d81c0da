package dev.tenon.web;

import org.jspecify.annotations.Nullable;

/**
 * What every page shows around its content.
 *
 * @param theme {@code light} or {@code dark} when the reader chose one; null follows the system
 * @param baseUrl where this server is reached, as the browser sees it, without a slash at the end
 * @param organisation the name of the reader's organisation; null when nobody is signed in
 */
public record Frame(
        @Nullable String theme, String baseUrl, @Nullable String organisation) {}
