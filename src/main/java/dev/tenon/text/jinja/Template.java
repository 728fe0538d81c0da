package dev.tenon.text.jinja;

import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A parsed template, which can be run any number of times by any number of threads. */
public final class Template {
    private final List<Node> nodes;
    private final Limits limits;

    private Template(List<Node> nodes, Limits limits) {
        this.nodes = nodes;
        this.limits = limits;
    }

    /** Parses a template; throws {@link TemplateException} with the line of the first mistake. */
    public static Template parse(String source, Limits limits) {
        return new Template(Parser.parse(source, limits), limits);
    }

    /** Runs the template with the named variables, which come from {@link #value}. */
    public Text render(Map<String, Object> variables, ZonedDateTime now) {
        var budget = new Budget(limits);
        var globals = new Scope(null);
        Functions.install(globals, budget, now);
        variables.forEach(globals::set);
        try {
            return new Renderer(budget).run(nodes, new Scope(globals));
        } catch (StackOverflowError e) {
            throw new TemplateException(1, "the template nests its values too deeply");
        }
    }

    /** Plain Java data as a value for a variable; {@code text} says where each string comes from. */
    public static Object value(@Nullable Object data, Function<String, Text> text) {
        return Values.of(data, text);
    }
}
