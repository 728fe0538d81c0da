package dev.tenon.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Locale;

/**
 * A child that speaks the protocol without a model: 40 steps of a deterministic sum, a checkpoint every 5. The first
 * line of the training file can tell it to misbehave: {@code crash-once-at N} (SIGKILL to itself unless it has resumed),
 * {@code crash-always}, {@code fail}, {@code exit N}, {@code slow} (4 steps a second), {@code slow-at-first} (the same
 * unless it has resumed), {@code no-effect}, {@code long-evaluation-at-first} (the first attempt's
 * lasts until the worker wants its end).
 */
final class ScriptedChild {
    private static final int STEPS = 40;
    private static final int EVERY = 5;
    private static volatile boolean draining;

    private ScriptedChild() {}

    public static void main(String[] arguments) throws Exception {
        var folder = Path.of(arguments[1]);
        Thread.ofPlatform().daemon().start(ScriptedChild::listen);
        var script = Files.readString(folder.resolve("data/train.jsonl")).strip();
        say("{\"event\":\"phase\",\"phase\":\"%s\",\"message\":\"Scripted %s\"}", arguments[0], arguments[0]);
        switch (arguments[0]) {
            case "prepare" -> prepare(folder, script);
            case "train" -> train(folder, script);
            default -> evaluate(folder, script);
        }
    }

    private static void prepare(Path folder, String script) throws IOException {
        if (script.equals("fail")) {
            say("{\"event\":\"failed\",\"code\":\"out_of_memory\",\"message\":\"Line 3 is longer than the model\"}");
            System.exit(1);
        }
        if (script.startsWith("exit ")) {
            System.err.println("a last word on standard error");
            System.exit(Integer.parseInt(script.substring(5)));
        }
        if (script.equals("environment")) {
            System.getenv().keySet().stream().sorted().forEach(System.err::println);
            System.exit(9);
        }
        Files.createDirectories(folder.resolve("prepared"));
        say("{\"event\":\"prepared\",\"documents\":4,\"tokens\":400,\"trainedTokens\":200,\"totalSteps\":%d}", STEPS);
    }

    private static void train(Path folder, String script) throws Exception {
        double state = 1;
        int from = 0;
        var newest = newest(folder);
        if (newest != null) {
            var saved = Files.readString(newest.resolve("state.json")).split(" ");
            from = Integer.parseInt(saved[0]);
            state = Double.parseDouble(saved[1]);
        }
        boolean slow = script.equals("slow") || script.equals("slow-at-first") && from == 0;
        for (int step = from + 1; step <= STEPS; step++) {
            state = Math.sin(state * 1.7 + step) + 2;
            Thread.sleep(slow ? 250 : 15);
            say(
                    "{\"event\":\"step\",\"step\":%d,\"total\":%d,\"epoch\":%s,\"loss\":%s,\"learningRate\":0.001,"
                            + "\"tokensPerSecond\":100.0,\"tokens\":10,\"millis\":15}",
                    step, STEPS, step / (double) STEPS, state);
            if (step % EVERY == 0 || draining) {
                checkpoint(folder, step, state);
            }
            if (draining) {
                System.exit(4);
            }
            if (script.equals("crash-always") && step == 3 || script.equals("crash-once-at " + step) && from == 0) {
                Runtime.getRuntime().exec(new String[] {
                    "kill", "-9", Long.toString(ProcessHandle.current().pid())
                });
                Thread.sleep(60_000);
            }
        }
        var output = Files.createDirectories(folder.resolve("output"));
        Files.writeString(output.resolve("adapter_config.json"), "{\"peft_type\":\"LORA\"}");
        Files.writeString(output.resolve("adapter_model.safetensors"), Double.toString(state));
        say(
                "{\"event\":\"result\",\"trainedTokens\":400,\"steps\":40,\"matchedModules\":[\"layer.q_proj\"],"
                        + "\"probe\":{\"prompt\":\"Hi\",\"maxLogitChange\":%s},\"trainLoss\":%s}",
                script.equals("no-effect") ? "0.0" : "0.5", state);
    }

    private static void evaluate(Path folder, String script) throws Exception {
        Files.readString(folder.resolve("output/adapter_model.safetensors"));
        Files.readString(newest(folder).resolve("state.json"));
        boolean first = folder.endsWith("1");
        while (first && script.equals("long-evaluation-at-first")) {
            if (draining) {
                System.exit(3);
            }
            Thread.sleep(50);
        }
        say("{\"event\":\"evaluation\",\"step\":40,\"loss\":1.5,\"accuracy\":0.5,\"full\":true,\"base\":false}");
        say("{\"event\":\"result\",\"validationLoss\":1.5}");
    }

    private static void checkpoint(Path folder, int step, double state) throws IOException {
        var name = "checkpoints/step-%06d".formatted(step);
        var fresh = Files.createDirectories(folder.resolve(name + ".tmp"));
        Files.writeString(fresh.resolve("state.json"), step + " " + state);
        Files.writeString(fresh.resolve("adapter_config.json"), "{\"peft_type\":\"LORA\"}");
        Files.writeString(fresh.resolve("adapter_model.safetensors"), Double.toString(state));
        Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        say("{\"event\":\"checkpoint\",\"step\":%d,\"directory\":\"%s\",\"best\":true}", step, name);
    }

    private static Path newest(Path folder) throws IOException {
        try (var list = Files.list(folder.resolve("checkpoints"))) {
            return list.filter(path -> !path.toString().endsWith(".tmp"))
                    .max(Comparator.naturalOrder())
                    .orElse(null);
        }
    }

    private static void listen() {
        try (var in = new BufferedReader(new InputStreamReader(System.in))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("cancel")) {
                    System.exit(3);
                }
                draining |= line.equals("drain");
            }
        } catch (IOException e) {
            // as if the pipe had ended
        }
        Runtime.getRuntime().halt(5);
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
        System.out.flush();
    }
}
