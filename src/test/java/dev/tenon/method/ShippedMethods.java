package dev.tenon.method;

import java.security.CodeSource;
import java.util.List;

/** The methods that the product ships; a scan in a test also finds those of the tests. */
public final class ShippedMethods {
    private ShippedMethods() {}

    /** In the order of their ids. */
    public static List<AdapterMethod<?>> all() {
        return Methods.scan().all().stream()
                .filter(method -> source(method.getClass()).equals(source(Methods.class)))
                .toList();
    }

    /** The folder or jar that a class is from. */
    private static String source(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return String.valueOf(source.getLocation());
    }
}
