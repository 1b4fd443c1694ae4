package org.tarishi.plugin.authflatfile;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.Arrays;

/**
 * A password, as long as it is needed: closing it wipes it. Its text form tells nothing.
 *
 * <p>One thread at a time. Bytes are those of UTF-8; a lone surrogate becomes {@code ?}, as everywhere in the JDK.
 */
final class Password implements AutoCloseable {

    /** In bytes. SHA-crypt takes time for each of them in each of its rounds; RFC 4616 lets clients send 255 characters. */
    static final int LONGEST = 512;

    private final char[] chars;
    private final byte[] bytes;

    private Password(char[] chars, byte[] bytes) {
        this.chars = chars;
        this.bytes = bytes;
    }

    /** Takes a copy. */
    static Password of(char[] text) {
        var buffer = UTF_8.encode(CharBuffer.wrap(text));
        var bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        buffer.clear();
        while (buffer.hasRemaining()) {
            buffer.put((byte) 0);
        }
        return new Password(text.clone(), bytes);
    }

    /** Takes a copy of UTF-8. */
    static Password of(byte[] utf8) {
        var buffer = UTF_8.decode(ByteBuffer.wrap(utf8));
        var chars = new char[buffer.remaining()];
        buffer.get(chars);
        Arrays.fill(buffer.array(), '\0');
        return new Password(chars, utf8.clone());
    }

    /** Returns another one with the same text. */
    Password copy() {
        return new Password(chars.clone(), bytes.clone());
    }

    /** Returns the characters themselves: not to be kept, and not to be changed. */
    char[] chars() {
        return chars;
    }

    /** Returns the bytes themselves: not to be kept, and not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return bytes.length;
    }

    boolean isAscii() {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        Arrays.fill(chars, '\0');
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "a password";
    }
}
