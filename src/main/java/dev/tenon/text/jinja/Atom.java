package dev.tenon.text.jinja;

/** The values that are nothing: None, and what a missing name or key gives. */
enum Atom {
    NONE,
    UNDEFINED
}
