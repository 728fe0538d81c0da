package dev.tenon.tensor;

/** Element types of tensors, with libtorch's own numbers (c10/core/ScalarType.h). */
public enum DType {
    U8(0, 1),
    I32(3, 4),
    I64(4, 8),
    F16(5, 2),
    F32(6, 4),
    F64(7, 8),
    BOOL(11, 1),
    BF16(15, 2);

    private final int code;
    private final int bytes;

    DType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The number that kernels use for this type, for example in {@code x.to(15)}. */
    public int code() {
        return code;
    }

    public boolean isFloating() {
        return this == F16 || this == F32 || this == F64 || this == BF16;
    }

    static DType ofCode(long code) {
        for (DType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new IllegalArgumentException("libtorch scalar type " + code + " is not one that Tenon uses");
    }
}
