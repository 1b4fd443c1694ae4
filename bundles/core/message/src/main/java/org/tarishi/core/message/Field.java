package org.tarishi.core.message;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tarishi.api.message.HeaderField;

/** A field as a range of bytes that never change. */
final class Field implements HeaderField {

    private final byte[] source;
    private final int start;
    private final int end;
    /** How long the name is; 0 for a line that is no field. */
    private final int nameLength;
    /** Where the value begins: behind the colon. */
    private final int valueStart;

    private final boolean high;

    /** Takes bytes that end with CRLF; or with anything, where they are of a part of binary content. */
    Field(byte[] source, int start, int end, boolean maybeHigh) {
        this.source = source;
        this.start = start;
        this.end = end;
        int at = start;
        while (at < end && HeaderBytes.isNameByte(source[at])) {
            at++;
        }
        int nameEnd = at;
        while (at < end && (source[at] == ' ' || source[at] == '\t')) {
            at++;
        }
        boolean isField = nameEnd > start && at < end && source[at] == ':';
        this.nameLength = isField ? nameEnd - start : 0;
        this.valueStart = isField ? at + 1 : start;
        this.high = maybeHigh && isHigh();
    }

    /** Where the value ends: before the line end. */
    private int valueEnd() {
        int at = end;
        if (at > valueStart && source[at - 1] == '\n') {
            at--;
        }
        return at > valueStart && source[at - 1] == '\r' ? at - 1 : at;
    }

    private boolean isHigh() {
        int seen = 0;
        for (int i = start; i < end; i++) {
            seen |= source[i];
        }
        return seen < 0;
    }

    boolean hasHighBytes() {
        return high;
    }

    int length() {
        return end - start;
    }

    boolean isNamed(String wanted) {
        if (wanted.length() != nameLength || nameLength == 0) {
            return false;
        }
        for (int i = 0; i < nameLength; i++) {
            if (lower(wanted.charAt(i)) != lower((char) source[start + i])) {
                return false;
            }
        }
        return true;
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }

    /** Returns the same field under another name. */
    Field renamed(String name) {
        var label = name.getBytes(StandardCharsets.US_ASCII);
        var bytes = Arrays.copyOf(label, label.length + length() - nameLength);
        System.arraycopy(source, start + nameLength, bytes, label.length, length() - nameLength);
        return new Field(bytes, 0, bytes.length, high);
    }

    void write(OutputStream out) throws IOException {
        out.write(source, start, length());
    }

    /** Copies the bytes; returns the place behind them. */
    int copyTo(byte[] to, int at) {
        System.arraycopy(source, start, to, at, length());
        return at + length();
    }

    /** Tells whether another field stands right behind this one in the same array. */
    @SuppressWarnings("ReferenceEquality") // the same array, not an equal one
    boolean isFollowedBy(Field next) {
        return next.source == source && next.start == end;
    }

    /** Writes the bytes from this field to the last one of a row of neighbours. */
    void writeUpTo(Field last, OutputStream out) throws IOException {
        out.write(source, start, last.end - start);
    }

    @Override
    public String name() {
        return new String(source, start, nameLength, StandardCharsets.US_ASCII);
    }

    @Override
    public String rawValue() {
        return new String(source, valueStart, valueEnd() - valueStart, StandardCharsets.ISO_8859_1);
    }

    @Override
    public String value() {
        return HeaderText.decode(unfolded());
    }

    /** Returns the value unfolded, raw UTF-8 decoded, encoded words as they are. */
    String unfolded() {
        return HeaderText.unfold(source, valueStart, valueEnd(), high);
    }

    @Override
    public byte[] bytes() {
        return Arrays.copyOfRange(source, start, end);
    }

    @Override
    public String toString() {
        return nameLength == 0 ? "a line that is no field" : name();
    }
}
