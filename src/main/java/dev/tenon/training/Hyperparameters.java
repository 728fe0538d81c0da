package dev.tenon.training;

import org.jspecify.annotations.Nullable;

/**
 * How a run is trained.
 *
 * @param batchSize examples in one pass; {@code gradientAccumulation} passes make one step
 * @param maxLength tokens after which an example is cut
 * @param learningRate peak rate
 * @param schedule {@code cosine}, {@code linear} or {@code constant}
 * @param warmupRatio part of the steps in which the rate rises from zero
 * @param gradientClip largest norm of all gradients together; 0 is none
 * @param checkpointEverySteps steps between checkpoints
 * @param evaluateEverySteps steps between evaluations on the validation file
 * @param maxEvaluationDocuments examples of an evaluation during the run
 * @param headLearningRate peak rate of the head beside the adapter, whatever the method's; null where there is none
 */
public record Hyperparameters(
        int epochs,
        int batchSize,
        int maxLength,
        double learningRate,
        String schedule,
        double warmupRatio,
        double weightDecay,
        double gradientClip,
        int gradientAccumulation,
        long seed,
        int checkpointEverySteps,
        int evaluateEverySteps,
        int maxEvaluationDocuments,
        @Nullable Double headLearningRate) {

    private static final int CHECKPOINTS = 5;

    /** Of a run without a head. */
    public Hyperparameters(
            int epochs,
            int batchSize,
            int maxLength,
            double learningRate,
            String schedule,
            double warmupRatio,
            double weightDecay,
            double gradientClip,
            int gradientAccumulation,
            long seed,
            int checkpointEverySteps,
            int evaluateEverySteps,
            int maxEvaluationDocuments) {
        this(
                epochs,
                batchSize,
                maxLength,
                learningRate,
                schedule,
                warmupRatio,
                weightDecay,
                gradientClip,
                gradientAccumulation,
                seed,
                checkpointEverySteps,
                evaluateEverySteps,
                maxEvaluationDocuments,
                null);
    }

    /** The same with a peak rate for the head beside the adapter. */
    public Hyperparameters withHeadLearningRate(double rate) {
        return new Hyperparameters(
                epochs,
                batchSize,
                maxLength,
                learningRate,
                schedule,
                warmupRatio,
                weightDecay,
                gradientClip,
                gradientAccumulation,
                seed,
                checkpointEverySteps,
                evaluateEverySteps,
                maxEvaluationDocuments,
                rate);
    }

    /**
     * Fills in what was left to {@code auto}: about {@code seen} examples seen (1 to 10 epochs), 25 steps an epoch (batches of 1
     * to 16), and the method's own rate times the multiplier.
     *
     * @param examples examples in the training file
     * @param seen examples that a run is to see in all, about
     * @param methodRate the method's rate for this base
     */
    public static Hyperparameters resolve(
            @Nullable Integer epochs,
            @Nullable Integer batchSize,
            @Nullable Double learningRateMultiplier,
            @Nullable Long seed,
            long examples,
            int seen,
            int maxLength,
            double methodRate) {
        long count = Math.max(1, examples);
        int passes = epochs != null ? epochs : (int) Math.clamp(Math.round((double) seen / count), 1, 10);
        int batch = batchSize != null ? batchSize : (int) Math.clamp(count / 25, 1, 16);
        long steps = passes * ((count + batch - 1) / batch);
        int every = (int) Math.clamp((steps + CHECKPOINTS - 1) / CHECKPOINTS, 1, 500);
        double rate = methodRate * (learningRateMultiplier != null ? learningRateMultiplier : 1);
        return new Hyperparameters(
                passes,
                batch,
                maxLength,
                rate,
                "cosine",
                0.05,
                0.0,
                1.0,
                1,
                seed != null ? seed : 42,
                every,
                every,
                64);
    }
}
