package org.tarishi.core.message;

import java.io.InputStream;
import java.util.Arrays;

/**
 * The transfer encodings of RFC 2045 section 6.
 *
 * <p>What is not well encoded is read as most mail programs do: foreign bytes in base64 are left out, an equals sign of
 * quoted-printable that begins nothing stands for itself.
 */
enum TransferEncoding {
    /** 7bit, 8bit, binary, and what nobody knows. */
    IDENTITY {
        @Override
        InputStream decoded(InputStream in) {
            return in;
        }

        @Override
        InputStream encoded(InputStream in, boolean finalBreak) {
            return new LineEnds(in, finalBreak);
        }
    },
    BASE64 {
        @Override
        InputStream decoded(InputStream in) {
            return new Base64Decoder(in);
        }

        @Override
        InputStream encoded(InputStream in, boolean finalBreak) {
            return new Base64Encoder(in, finalBreak);
        }
    },
    QUOTED_PRINTABLE {
        @Override
        InputStream decoded(InputStream in) {
            return new QuotedDecoder(in);
        }

        @Override
        InputStream encoded(InputStream in, boolean finalBreak) {
            return new QuotedEncoder(in, finalBreak);
        }
    };

    /** Takes the encoding off. */
    abstract InputStream decoded(InputStream in);

    /**
     * Puts the encoding on; lines end with CRLF.
     *
     * @param finalBreak whether the last line must be ended
     */
    abstract InputStream encoded(InputStream in, boolean finalBreak);

    static TransferEncoding of(String name) {
        return switch (name) {
            case "base64" -> BASE64;
            case "quoted-printable" -> QUOTED_PRINTABLE;
            default -> IDENTITY;
        };
    }

    private static final byte[] DIGITS =
            HeaderText.ascii("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    private static final byte[] HEX = HeaderText.ascii("0123456789ABCDEF");
    private static final byte[] VALUES = new byte[256];
    private static final int LINE = 76;

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < DIGITS.length; i++) {
            VALUES[DIGITS[i]] = (byte) i;
        }
    }

    private static final class Base64Decoder extends Transcoder {

        private int bits;
        private int digits;

        Base64Decoder(InputStream in) {
            super(in);
        }

        @Override
        void take(byte[] bytes, int length) {
            for (int i = 0; i < length; i++) {
                int value = VALUES[bytes[i] & 0xff];
                if (value >= 0) {
                    bits = (bits << 6) | value;
                    if (++digits == 4) {
                        put(bits >> 16);
                        put(bits >> 8);
                        put(bits);
                        digits = 0;
                    }
                } else if (bytes[i] == '=') {
                    // Encoded pieces are found one behind another; each begins anew.
                    finish();
                }
            }
        }

        @Override
        void finish() {
            if (digits == 3) {
                put(bits >> 10);
                put(bits >> 2);
            } else if (digits == 2) {
                put(bits >> 4);
            }
            digits = 0;
        }
    }

    private static final class Base64Encoder extends Transcoder {

        private final boolean finalBreak;
        private int bits;
        private int held;
        private int column;
        private boolean isAny;

        Base64Encoder(InputStream in, boolean finalBreak) {
            super(in);
            this.finalBreak = finalBreak;
        }

        @Override
        void take(byte[] bytes, int length) {
            for (int i = 0; i < length; i++) {
                bits = (bits << 8) | (bytes[i] & 0xff);
                if (++held == 3) {
                    group(4);
                }
            }
        }

        private void group(int digits) {
            if (column == LINE) {
                put('\r');
                put('\n');
                column = 0;
            }
            int all = bits << ((3 - held) * 8);
            for (int i = 0; i < 4; i++) {
                put(i < digits ? DIGITS[(all >> (18 - 6 * i)) & 63] : '=');
            }
            column += 4;
            held = 0;
            bits = 0;
            isAny = true;
        }

        @Override
        void finish() {
            if (held > 0) {
                group(held + 1);
            }
            if (finalBreak && isAny) {
                put('\r');
                put('\n');
            }
        }
    }

    private static final class QuotedDecoder extends Transcoder {

        private enum State {
            TEXT,
            EQUALS,
            DIGIT,
            BLANK,
            CR
        }

        private State state = State.TEXT;
        private int first;
        /** Blanks that count only if the line does not end behind them (RFC 2045 section 6.7, rule 3). */
        private final StringBuilder blanks = new StringBuilder();

        QuotedDecoder(InputStream in) {
            super(in);
        }

        @Override
        void take(byte[] bytes, int length) {
            for (int i = 0; i < length; i++) {
                while (!isTaken(bytes[i])) {}
            }
        }

        /** Takes a byte; false when it has ended what was no code, and is to be looked at again. */
        private boolean isTaken(byte b) {
            boolean isBlank = b == ' ' || b == '\t';
            switch (state) {
                case TEXT -> {
                    if (isBlank) {
                        blanks.append((char) b);
                        return true;
                    }
                    if (b == '\r' || b == '\n') {
                        blanks.setLength(0);
                    } else {
                        putBlanks();
                    }
                    if (b == '=') {
                        state = State.EQUALS;
                    } else {
                        put(b);
                    }
                    return true;
                }
                case EQUALS -> {
                    if (Character.digit(b, 16) >= 0) {
                        first = b;
                        state = State.DIGIT;
                        return true;
                    }
                    if (isBlank) {
                        blanks.append((char) b);
                        state = State.BLANK;
                        return true;
                    }
                }
                case DIGIT -> {
                    state = State.TEXT;
                    if (Character.digit(b, 16) >= 0) {
                        put((Character.digit(first, 16) << 4) | Character.digit(b, 16));
                        return true;
                    }
                    put('=');
                    put(first);
                    return false;
                }
                case BLANK -> {
                    if (isBlank) {
                        blanks.append((char) b);
                        return true;
                    }
                }
                case CR -> {
                    state = State.TEXT;
                    if (b == '\n') {
                        return true;
                    }
                    put('=');
                    put('\r');
                    return false;
                }
            }
            // Behind an equals sign and maybe blanks: a soft break, or nothing.
            if (b == '\r' || b == '\n') {
                blanks.setLength(0);
                state = b == '\r' ? State.CR : State.TEXT;
                return true;
            }
            put('=');
            putBlanks();
            state = State.TEXT;
            return false;
        }

        private void putBlanks() {
            for (int i = 0; i < blanks.length(); i++) {
                put(blanks.charAt(i));
            }
            blanks.setLength(0);
        }

        @Override
        void finish() {
            if (state == State.DIGIT) {
                put('=');
                put(first);
            }
        }
    }

    private static final class QuotedEncoder extends Transcoder {

        private final boolean finalBreak;
        private int column;
        /** A blank that must be encoded if the line ends behind it; 0 for none. */
        private int blank;

        private boolean heldCr;
        private boolean isAny;

        QuotedEncoder(InputStream in, boolean finalBreak) {
            super(in);
            this.finalBreak = finalBreak;
        }

        @Override
        void take(byte[] bytes, int length) {
            for (int i = 0; i < length; i++) {
                take(bytes[i] & 0xff);
            }
        }

        private void take(int b) {
            isAny = true;
            if (heldCr) {
                heldCr = false;
                if (b == '\n') {
                    blankAtEnd();
                    put('\r');
                    put('\n');
                    column = 0;
                    return;
                }
                blankWithin();
                code('\r');
            }
            switch (b) {
                case '\r' -> heldCr = true;
                case ' ', '\t' -> {
                    blankWithin();
                    blank = b;
                }
                default -> {
                    blankWithin();
                    if (b > ' ' && b < 127 && b != '=') {
                        room(1);
                        put(b);
                    } else {
                        code(b);
                    }
                }
            }
        }

        private void blankWithin() {
            if (blank != 0) {
                room(1);
                put(blank);
                blank = 0;
            }
        }

        private void blankAtEnd() {
            if (blank != 0) {
                code(blank);
                blank = 0;
            }
        }

        private void code(int b) {
            room(3);
            put('=');
            put(HEX[b >> 4]);
            put(HEX[b & 15]);
        }

        private void room(int width) {
            if (column + width >= LINE) {
                put('=');
                put('\r');
                put('\n');
                column = 0;
            }
            column += width;
        }

        @Override
        void finish() {
            if (heldCr) {
                blankWithin();
                code('\r');
            }
            blankAtEnd();
            if (finalBreak && isAny && column > 0) {
                put('\r');
                put('\n');
            }
        }
    }

    /** Lets no CR and no LF out that is not part of a CRLF. */
    private static final class LineEnds extends Transcoder {

        private final boolean finalBreak;
        private int last = '\n';

        LineEnds(InputStream in, boolean finalBreak) {
            super(in);
            this.finalBreak = finalBreak;
        }

        @Override
        void take(byte[] bytes, int length) {
            for (int i = 0; i < length; i++) {
                int b = bytes[i];
                if (b == '\n' && last != '\r') {
                    put('\r');
                } else if (b != '\n' && last == '\r') {
                    put('\n');
                }
                put(b);
                last = b;
            }
        }

        @Override
        void finish() {
            if (last == '\r') {
                put('\n');
            } else if (finalBreak && last != '\n') {
                put('\r');
                put('\n');
            }
        }
    }
}
