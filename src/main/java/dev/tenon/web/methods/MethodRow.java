package dev.tenon.web.methods;

import dev.tenon.job.MethodAdvice;
import dev.tenon.job.MethodCard;
import dev.tenon.job.MethodFigures;
import dev.tenon.model.BaseModelView;
import org.jspecify.annotations.Nullable;

/** A method and what it comes to on the chosen base; null where it does not fit that base. */
public record MethodRow(MethodCard card, @Nullable MethodFigures figures) {
    static MethodRow of(MethodCard card, MethodAdvice advice, BaseModelView base) {
        return new MethodRow(card, advice.figures(card.descriptor().id(), base).orElse(null));
    }
}
