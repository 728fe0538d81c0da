/**
 * A method that lives in this folder and nowhere else: {@code y' = g ⊙ y} with one gain a channel, {@code g [out]}, after
 * chosen linear layers. It shows what a new method costs, and is no part of the product.
 */
@NullMarked
package dev.tenon.method.throwaway;

import org.jspecify.annotations.NullMarked;
