package dev.tenon.core;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Locale;
import java.util.Objects;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Switches a bean on in the named roles (and always in {@link Role#ALL}). */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnRole.Active.class)
public @interface OnRole {
    Role[] value();

    /** Reads {@code tenon.role}; unset means {@link Role#ALL}. */
    final class Active implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            var role = Role.valueOf(
                    context.getEnvironment().getProperty("tenon.role", "all").toUpperCase(Locale.ROOT));
            var wanted = (Role[]) Objects.requireNonNull(
                    Objects.requireNonNull(metadata.getAnnotationAttributes(OnRole.class.getName()))
                            .get("value"));
            return role == Role.ALL || java.util.Arrays.asList(wanted).contains(role);
        }
    }
}
