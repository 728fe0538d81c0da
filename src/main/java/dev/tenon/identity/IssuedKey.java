package dev.tenon.identity;

/** A key that was just issued; {@code secret} is shown to its owner now and can never be read again. */
public record IssuedKey(ApiKeyView key, String secret) {

    @Override
    public String toString() {
        return "IssuedKey[" + key.id() + "]"; // so that no log line can carry the secret
    }
}
