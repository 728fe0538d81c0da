package dev.tenon.tensor;

import java.util.regex.Pattern;

/** Where a tensor lives: {@code cpu}, or a GPU by its index. */
public record Device(String kind, int index) {
    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");
    private static final Device CPU = new Device("cpu", 0);

    public static Device cpu() {
        return CPU;
    }

    public static Device cuda(int index) {
        return new Device("cuda", index);
    }

    /** Reads {@code auto} (the first GPU if there is one), {@code cpu}, {@code cuda} or {@code cuda:1}. */
    public static Device parse(String name) {
        if (name.equals("auto")) {
            return Native.gpus() > 0 ? cuda(0) : CPU;
        }
        if (name.equals("cpu")) {
            return CPU;
        }
        var match = CUDA.matcher(name);
        if (match.matches()) {
            int index = match.group(1) == null ? 0 : Integer.parseInt(match.group(1));
            int present = Native.gpus();
            if (index >= present) {
                throw new IllegalArgumentException(
                        "Device '%s' is not here: this machine has %d usable GPU(s).".formatted(name, present));
            }
            return cuda(index);
        }
        throw new IllegalArgumentException("Unknown device '%s': use auto, cpu or cuda:N.".formatted(name));
    }

    public boolean isGpu() {
        return kind.equals("cuda");
    }

    @Override
    public String toString() {
        return isGpu() ? "cuda:" + index : "cpu";
    }
}
