package dev.tenon.experiments.realdata;

import java.util.Map;

/**
 * A method with settings for one size.
 *
 * @param id of the method, or of what it is compared with
 * @param title what people call it
 * @param size {@code small}, {@code large}, or {@code own} where the method has one size only
 * @param settings of the adapter; none is no adapter, so that the head alone learns
 * @param parameters trained values without the head's
 * @param rate the product's own learning rate for it
 */
record Contender(String id, String title, String size, Map<String, Object> settings, long parameters, double rate) {
    static final String SMALL = "small";
    static final String LARGE = "large";
    static final String OWN = "own";

    String name() {
        return id + "-" + size;
    }

    boolean isSmall() {
        return size.equals(SMALL);
    }
}
