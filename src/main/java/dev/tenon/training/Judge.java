package dev.tenon.training;

import dev.tenon.method.Tuned;
import dev.tenon.model.Hooks;
import dev.tenon.model.Network;
import java.util.List;
import java.util.stream.IntStream;

/** Measures a network on validation documents by the measures of its task. */
record Judge(Session session, TaskFile task, Commands commands) {
    private List<Document> documents(TokenFile valid, int most) {
        // always the same tokens are hidden, so that evaluations can be compared
        return IntStream.range(0, Math.min(most, valid.documents()))
                .mapToObj(i -> task.drawn(valid.document(i), i))
                .toList();
    }

    /** The first {@code most} documents by a tuned network. */
    Evaluation tuned(Tuned tuned, TokenFile valid, int most) {
        Network model = session.model();
        return Evaluation.of(
                model,
                tuned.adapter().hooks(),
                rows -> tuned.logits(model, rows),
                documents(valid, most),
                session.batchTokens(),
                Tally.of(task),
                commands::check);
    }

    /** By the bare base; where that has no head for the task, by nothing but how often each label occurs. */
    Evaluation base(TokenFile train, TokenFile valid, int most) {
        Network model = session.model();
        if (task.head() != null) {
            return new Prior(train, task.labels().size()).evaluate(documents(valid, most), Tally.of(task));
        }
        return Evaluation.of(
                model,
                Hooks.NONE,
                rows -> model.logits(rows, Hooks.NONE),
                documents(valid, most),
                session.batchTokens(),
                Tally.NONE,
                commands::check);
    }
}
