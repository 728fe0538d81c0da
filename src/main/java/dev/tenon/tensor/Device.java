package dev.tenon.tensor;

import dev.tenon.core.Problem;

/** Where tensors live: {@code cpu} (index 0) or one {@code cuda} card. */
public record Device(String kind, int index) {
    private static final Device CPU = new Device("cpu", 0);

    public static Device cpu() {
        return CPU;
    }

    public static Device cuda(int index) {
        return new Device("cuda", index);
    }

    /** Reads {@code auto} (a GPU where the engine finds one, else the CPU), {@code cpu}, {@code cuda} or {@code cuda:1}. */
    public static Device parse(String name) {
        if (name.equals("auto")) {
            return Engine.hasGpu() ? new Device("cuda", 0) : CPU;
        }
        if (name.equals("cpu")) {
            return CPU;
        }
        if (name.equals("cuda")) {
            return new Device("cuda", 0);
        }
        if (name.matches("cuda:\\d{1,3}")) {
            return new Device("cuda", Integer.parseInt(name.substring(5)));
        }
        throw Problem.invalid("device", "unknown_device", "unknown device '" + name + "': use auto, cpu or cuda:0");
    }

    /** What a setting comes to as far as it is known: {@code auto} is decided when the engine starts, which this does not do. */
    public static String known(String name) {
        return name.equals("auto") && Engine.isStarted() ? parse(name).toString() : name;
    }

    public boolean isGpu() {
        return kind.equals("cuda");
    }

    /** libtorch's device type and index, as its glue takes them. */
    int[] glue() {
        return isGpu() ? new int[] {1, index} : new int[] {0, -1};
    }

    static Device ofGlue(int[] typeAndIndex) {
        return typeAndIndex[0] == 0 ? CPU : new Device("cuda", Math.max(0, typeAndIndex[1]));
    }

    @Override
    public String toString() {
        return isGpu() ? kind + ":" + index : kind;
    }
}
