package dev.tenon.method;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one component of a method's settings. JSON Schema, validation, web form and docs all come from it. A
 * component {@code targetModules} is {@code target_modules} outside.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    String title();

    String description();

    /** The default, as JSON. */
    String value();

    /** Smallest allowed number. */
    double min() default Double.NEGATIVE_INFINITY;

    /** Largest allowed number. */
    double max() default Double.POSITIVE_INFINITY;

    /** Whether {@link #min} itself is refused. */
    boolean aboveMin() default false;

    /** Whether {@link #max} itself is refused. */
    boolean belowMax() default false;

    /** The allowed texts; none means any. */
    String[] choices() default {};

    /** Whether forms may hide it at first. */
    boolean advanced() default false;
}
