package dev.tenon.training;

import dev.tenon.method.Tuned;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what was chosen back from its files, measures it on the whole validation file and proves that it acts. */
record EvaluatePhase(JobFolder folder, TrainingSpec spec, Events events, Commands commands) {
    void run() {
        // the last checkpoint is of the last step, and is kept where a later attempt finds it
        var state = RunState.read(folder.newestCheckpoint().orElseThrow());
        var task = JobFolder.read(folder.task(), TaskFile.class);
        try (var session = Session.open(spec, "evaluate", events);
                var tuned = Tuned.load(session.model(), folder.output())) {
            Evaluation after = null;
            Evaluation base = null;
            if (TokenFile.exists(folder.prepared("valid"))) {
                var judge = new Judge(session, task, commands);
                try (var train = TokenFile.open(folder.prepared("train"));
                        var valid = TokenFile.open(folder.prepared("valid"))) {
                    after = judge.tuned(tuned, valid, Integer.MAX_VALUE);
                    send(after, state, false);
                    base = judge.base(train, valid, Integer.MAX_VALUE);
                    send(base, state, true);
                }
            }
            var probe = new Probe(
                    session.model(),
                    Path.of(spec.baseDirectory()),
                    spec.hyperparameters().maxLength());
            var report = report(state, tuned, probe.of(tuned, spec.probePrompt()), after, base);
            report.put("task", task.task().label());
            if (!task.labels().isEmpty()) {
                report.put("labels", task.labels());
            }
            JobFolder.write(folder.output().resolve("report.json"), report);
            events.send(
                    "result",
                    report.entrySet().stream()
                            .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
                            .toArray());
        }
    }

    private void send(Evaluation evaluation, RunState state, boolean base) {
        events.evaluation(evaluation, state.step(), true, base);
    }

    private LinkedHashMap<String, Object> report(
            RunState state,
            Tuned tuned,
            Map<String, Object> probe,
            @Nullable Evaluation after,
            @Nullable Evaluation base) {
        var report = new LinkedHashMap<String, Object>();
        report.put("trainedTokens", state.trainedTokens());
        report.put("steps", state.step());
        report.put("trainableParameters", tuned.parameterCount());
        report.put("matchedModules", tuned.adapter().matchedModules());
        report.put("probe", probe);
        report.put("trainLoss", state.lastLoss());
        if (after != null && base != null) {
            report.put("validationLoss", after.loss());
            report.put("validationAccuracy", after.accuracy());
            report.put("baseValidationLoss", base.loss());
            report.put("baseValidationAccuracy", base.accuracy());
            if (!after.scores().isEmpty()) {
                report.put("validationScores", after.scores());
                report.put("baseValidationScores", base.scores());
            }
        }
        report.put("bestStep", state.bestStep() == 0 ? state.step() : state.bestStep());
        report.put("codeVersion", spec.codeVersion());
        return report;
    }
}
