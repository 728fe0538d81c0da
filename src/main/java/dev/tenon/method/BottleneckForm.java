package dev.tenon.method;

import dev.tenon.core.Problem;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the bottlenecks of an adapter stand in every block.
 *
 * @param reads what they read and are added to
 * @param parts at which parts of a block
 */
public record BottleneckForm(Reads reads, Branches parts) {
    /** What a bottleneck reads, and where its output is added. */
    public enum Reads {
        /** {@code h + a(h)} on the output of a part. */
        SERIES,
        /** {@code h + a(x)} on the output of a part fed with x. */
        PARALLEL,
        /** {@code r + a(r)} on the residual stream to which a part's output was added. */
        RESIDUAL
    }

    /** By the words of settings. */
    public static BottleneckForm named(String form, String placement) {
        return new BottleneckForm(
                Reads.valueOf(form.toUpperCase(Locale.ROOT)), Branches.valueOf(placement.toUpperCase(Locale.ROOT)));
    }

    /**
     * Refuses a finished adapter of bottlenecks that has another form.
     *
     * @param field what names the adapter
     */
    public void require(String field, Record source) {
        var method = Methods.scan().of(source);
        var found = form(method, source);
        if (!equals(found)) {
            throw Problem.invalid(
                    field,
                    "unfitting_source",
                    "'%s' is %s; 'adapter.form' and 'adapter.placement' ask for %s. Change them or take another adapter."
                            .formatted(
                                    field,
                                    found == null ? "more than bottlenecks at the parts of blocks" : found,
                                    this));
        }
    }

    private static <C extends Record> @Nullable BottleneckForm form(AdapterMethod<C> method, Record source) {
        @SuppressWarnings("unchecked") // a method is a source of its own settings
        var makes = (BottleneckSource<C>) method;
        return makes.form(method.configType().cast(source)).orElse(null);
    }

    @Override
    public String toString() {
        return "'%s' at '%s'"
                .formatted(reads.name().toLowerCase(Locale.ROOT), parts.name().toLowerCase(Locale.ROOT));
    }
}
