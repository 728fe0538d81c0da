package dev.tenon.training;

import dev.tenon.core.PlainWords;
import dev.tenon.core.Problem;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.EngineFailure;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * The training process of one job: {@code ChildMain prepare|train|evaluate FOLDER}. It knows neither Spring nor the
 * database; events go out on standard output, commands come in on standard input.
 */
public final class ChildMain {
    /** The phase is done. */
    public static final int DONE = 0;

    /** The phase failed; the last event says why. */
    public static final int FAILED = 1;

    /** The job was cancelled. */
    public static final int CANCELLED = 3;

    /** The worker wanted the process to end; a checkpoint was written. */
    public static final int DRAINED = 4;

    /** Where a job shares processors with those who wait for answers, they come first. */
    private static final int BEHIND_ANSWERS = 10;

    private ChildMain() {}

    public static void main(String[] arguments) {
        PrintStream out = System.out;
        Engine.stepBack(BEHIND_ANSWERS);
        // Libraries may print; only events belong on standard output.
        System.setOut(System.err);
        var events = new Events(out);
        var commands = Commands.listen(System.in);
        System.exit(run(arguments[0], new JobFolder(Path.of(arguments[1])), events, commands));
    }

    private static int run(String phase, JobFolder folder, Events events, Commands commands) {
        try {
            TrainingSpec spec = folder.spec();
            switch (phase) {
                case "prepare" -> {
                    commands.keepNothing();
                    new PreparePhase(folder, spec, events, commands).run();
                }
                case "train" -> {
                    if (!new TrainPhase(folder, spec, events, commands).run()) {
                        return DRAINED;
                    }
                }
                case "evaluate" -> {
                    commands.keepNothing();
                    new EvaluatePhase(folder, spec, events, commands).run();
                }
                default -> throw new IllegalArgumentException("Unknown phase " + phase);
            }
            return DONE;
        } catch (Commands.Cancelled e) {
            return CANCELLED;
        } catch (Throwable e) {
            e.printStackTrace();
            events.send("failed", "code", code(e), "message", message(e));
            return FAILED;
        }
    }

    private static String code(Throwable e) {
        return switch (e) {
            case Problem problem when problem.code() != null -> problem.code();
            case OutOfMemoryError error -> "out_of_memory";
            case EngineFailure failure when failure.outOfMemory() -> "out_of_memory";
            case TrainPhase.Diverged diverged -> "diverged";
            default -> "training_failed";
        };
    }

    private static String message(Throwable e) {
        boolean memory = code(e).equals("out_of_memory");
        if (memory) {
            return "Not enough memory: use a smaller batch_size, a lower rank or shorter examples. (%s)"
                    .formatted(PlainWords.of(e).lines().findFirst().orElse(""));
        }
        boolean ours = e instanceof Problem || e instanceof TrainPhase.Diverged;
        return ours ? String.valueOf(e.getMessage()) : "Training met an unexpected error: " + PlainWords.of(e);
    }
}
