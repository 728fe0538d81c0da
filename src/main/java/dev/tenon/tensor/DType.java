package dev.tenon.tensor;

/** An element type; {@link #code} is libtorch's scalar-type number, which is what kernels take as a dtype. */
public enum DType {
    F32(4, 6, 0),
    F64(8, 7, 1),
    F16(2, 5, 2),
    BF16(2, 15, 9),
    I64(8, 4, 6),
    I32(4, 3, 4),
    I8(1, 1, 5),
    U8(1, 0, 3),
    BOOL(1, 11, 7);

    private final int bytes;
    private final int torch;
    private final int glue;

    DType(int bytes, int torch, int glue) {
        this.bytes = bytes;
        this.torch = torch;
        this.glue = glue;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** libtorch's number of this type, for {@code x.to(number)} in a kernel. */
    public int code() {
        return torch;
    }

    /** Whether gradients can flow through tensors of this type. */
    public boolean isFloating() {
        return this == F32 || this == F64 || this == F16 || this == BF16;
    }

    /** The type behind the number that DJL's glue reports; it has none of its own for bfloat16 and says 9. */
    static DType ofGlue(int code) {
        for (DType type : values()) {
            if (type.glue == code) {
                return type;
            }
        }
        throw new EngineFailure("a kernel returned a tensor of an element type that is not supported, code " + code);
    }
}
