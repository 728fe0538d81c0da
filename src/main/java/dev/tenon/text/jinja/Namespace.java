package dev.tenon.text.jinja;

import java.util.HashMap;
import java.util.Map;

/** What {@code namespace(...)} makes: the one value whose attributes a template may change. */
final class Namespace {
    final Map<String, Object> values = new HashMap<>();
}
