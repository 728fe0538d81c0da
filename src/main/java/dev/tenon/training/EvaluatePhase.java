package dev.tenon.training;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.text.ChatFormat;
import dev.tenon.text.ChatMessage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the chosen adapter back from its files, measures it on the whole validation file and proves that it acts. */
record EvaluatePhase(JobFolder folder, TrainingSpec spec, Events events, Commands commands) {
    private static final String PROBE = "Hello! How can you help me?";

    void run() {
        var state = JobFolder.read(folder.summary(), RunState.class);
        try (var session = Session.open(spec, "evaluate", events);
                var adapter = AdapterFolder.load(session.model(), folder.output())) {
            Evaluation tuned = null;
            Evaluation base = null;
            if (TokenFile.exists(folder.prepared("valid"))) {
                try (var valid = TokenFile.open(folder.prepared("valid"))) {
                    tuned = evaluate(session, adapter.hooks(), valid, state, false);
                    base = evaluate(session, Hooks.NONE, valid, state, true);
                }
            }
            var report = report(state, adapter, probe(session.model(), adapter), tuned, base);
            JobFolder.write(folder.output().resolve("report.json"), report);
            events.send(
                    "result",
                    report.entrySet().stream()
                            .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
                            .toArray());
        }
    }

    private Evaluation evaluate(Session session, Hooks hooks, TokenFile valid, RunState state, boolean base) {
        var evaluation =
                Evaluation.of(session.model(), hooks, valid, Integer.MAX_VALUE, session.batchTokens(), commands::check);
        events.send(
                "evaluation",
                "step",
                state.step(),
                "loss",
                evaluation.loss(),
                "accuracy",
                evaluation.accuracy(),
                "full",
                true,
                "base",
                base);
        return evaluation;
    }

    private Map<String, Object> report(
            RunState state,
            Adapter adapter,
            Map<String, Object> probe,
            @Nullable Evaluation tuned,
            @Nullable Evaluation base) {
        var report = new LinkedHashMap<String, Object>();
        report.put("trainedTokens", state.trainedTokens());
        report.put("steps", state.step());
        report.put("trainableParameters", adapter.parameterCount());
        report.put("matchedModules", adapter.matchedModules());
        report.put("probe", probe);
        report.put("trainLoss", state.lastLoss());
        if (tuned != null && base != null) {
            report.put("validationLoss", tuned.loss());
            report.put("validationAccuracy", tuned.accuracy());
            report.put("baseValidationLoss", base.loss());
            report.put("baseValidationAccuracy", base.accuracy());
        }
        report.put("bestStep", state.bestStep() == 0 ? state.step() : state.bestStep());
        report.put("codeVersion", spec.codeVersion());
        return report;
    }

    /** By how much the adapter moves the logits after a prompt: zero would mean that it has no effect. */
    private Map<String, Object> probe(CausalModel model, Adapter adapter) {
        String prompt = spec.probePrompt() == null ? PROBE : spec.probePrompt();
        try (var format = ChatFormat.load(Path.of(spec.baseDirectory()));
                var scope = Scope.open()) {
            int[] ids = format.prompt(List.of(ChatMessage.of("user", prompt)), null);
            var sequences =
                    Sequences.of(List.of(Arrays.stream(ids).asLongStream().toArray()));
            Tensor before = logits(model, sequences, Hooks.NONE);
            Tensor after = logits(model, sequences, adapter.hooks());
            double change = after.sub(before).abs().max().item();
            return Map.of("prompt", prompt, "maxLogitChange", change);
        }
    }

    private static Tensor logits(CausalModel model, Sequences sequences, Hooks hooks) {
        return model.logits(model.hidden(sequences, hooks), hooks);
    }
}
