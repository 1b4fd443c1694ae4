package org.tarishi.core.client;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.message.Message;

/**
 * A message of 8 bits as one of 7, for a peer without 8BITMIME (RFC 6152 section 3).
 *
 * <p>Bodies of 8 bits become quoted-printable where they are text, Base64 where not; every other byte but those of the headers that must
 * say so stays as it is. Signatures over such a body are broken by it, as by any conversion; within a {@code multipart/signed}, where the
 * signature is the point, nothing is converted. The message is read once to see what has 8 bits, and again each time it is written.
 */
final class SevenBit {

    private static final byte[] CRLF = {'\r', '\n'};
    private static final int LONGEST_LINE = 76;
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    private final Message message;
    private final BitSet eightBit;

    private SevenBit(Message message, BitSet eightBit) {
        this.message = message;
        this.eightBit = eightBit;
    }

    /** Returns the message as one of 7 bits; nothing where that can't be. */
    static Optional<SevenBit> of(Message message) throws IOException {
        var finder = new Finder();
        try (var in = message.open()) {
            new EntityWalk(in, finder).run();
        } catch (UnconvertibleException e) {
            return Optional.empty();
        }
        return Optional.of(new SevenBit(message, finder.eightBit));
    }

    /** Returns how many bytes it has, dots not counted. */
    long size() throws IOException {
        var counted = new Counted(OutputStream.nullOutputStream());
        writeTo(counted);
        return counted.count();
    }

    /** Writes it, lines ended by CRLF, the last too. */
    void writeTo(OutputStream out) throws IOException {
        try (var in = message.open()) {
            new EntityWalk(in, new Rewriter(out)).run();
        } catch (UnconvertibleException e) {
            throw new IOException("the message is not what it was: " + e.getMessage(), e);
        }
    }

    private static boolean isAscii(byte[] line) {
        for (byte b : line) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    /** Sees which bodies have 8 bits, and whether they may be encoded. */
    private static final class Finder implements EntityWalk.Visitor {
        private final BitSet eightBit = new BitSet();

        @Override
        public void header(Entity entity, List<byte[]> lines, boolean hasEmptyLine) throws UnconvertibleException {
            if (!lines.stream().allMatch(SevenBit::isAscii)) {
                throw new UnconvertibleException("a header of 8 bits");
            }
        }

        @Override
        public void body(Entity entity, byte[] line) throws UnconvertibleException {
            if (isAscii(line)) {
                return;
            }
            if (!entity.isEncodable()) {
                throw new UnconvertibleException("8 bits where nothing may be encoded");
            }
            eightBit.set(entity.number());
        }

        @Override
        public void bodyEnd(Entity entity, boolean hasLastLineEnd) {}

        @Override
        public void around(Entity multipart, byte[] line) throws UnconvertibleException {
            if (!isAscii(line)) {
                throw new UnconvertibleException("8 bits between parts");
            }
        }
    }

    /** Writes what has 8 bits anew, and all else as it is. */
    private final class Rewriter implements EntityWalk.Visitor {
        private static final String ENCODING = "content-transfer-encoding";

        private final OutputStream out;
        private @Nullable OutputStream base64;

        Rewriter(OutputStream out) {
            this.out = out;
        }

        private boolean isConverted(Entity entity) {
            return eightBit.get(entity.number());
        }

        @Override
        public void header(Entity entity, List<byte[]> lines, boolean hasEmptyLine) throws IOException {
            for (var line : isConverted(entity) || entity.isDeclaredEightBit() ? declared(entity, lines) : lines) {
                line(line);
            }
            if (hasEmptyLine) {
                out.write(CRLF);
            }
        }

        /** Returns the header with the encoding that the body has now. */
        private List<byte[]> declared(Entity entity, List<byte[]> lines) {
            var word = !isConverted(entity) ? "7bit" : entity.isText() ? "quoted-printable" : "base64";
            var encoding = ascii("Content-Transfer-Encoding: " + word);
            var declared = new ArrayList<byte[]>(lines.size() + 3);
            boolean isDeclared = false;
            boolean isDropped = false;
            for (var line : lines) {
                isDropped = Entity.isField(ENCODING, line) || (isDropped && Entity.isContinued(line));
                if (!isDropped) {
                    declared.add(line);
                } else if (!isDeclared) {
                    declared.add(encoding);
                    isDeclared = true;
                }
            }
            if (entity.number() == 0 && lines.stream().noneMatch(line -> Entity.isField("mime-version", line))) {
                declared.add(ascii("MIME-Version: 1.0"));
                if (entity.type().isEmpty()) {
                    // RFC 1428 section 3: nobody knows what those bytes mean.
                    declared.add(ascii("Content-Type: text/plain; charset=unknown-8bit"));
                }
            }
            if (!isDeclared) {
                declared.add(encoding);
            }
            return declared;
        }

        @Override
        public void body(Entity entity, byte[] line) throws IOException {
            if (!isConverted(entity)) {
                line(line);
            } else if (entity.isText()) {
                quoted(line);
            } else {
                base64(line);
            }
        }

        private void base64(byte[] line) throws IOException {
            if (base64 == null) {
                base64 = Base64.getMimeEncoder().wrap(new Unclosed(out));
            } else {
                base64.write(CRLF);
            }
            base64.write(line);
        }

        @Override
        public void bodyEnd(Entity entity, boolean hasLastLineEnd) throws IOException {
            if (base64 != null) {
                if (hasLastLineEnd) {
                    base64.write(CRLF);
                }
                base64.close();
                base64 = null;
                out.write(CRLF);
            }
        }

        @Override
        public void around(Entity multipart, byte[] line) throws IOException {
            line(line);
        }

        private void line(byte[] line) throws IOException {
            out.write(line);
            out.write(CRLF);
        }

        /** RFC 2045 section 6.7. */
        private void quoted(byte[] line) throws IOException {
            int column = 0;
            for (int i = 0; i < line.length; i++) {
                byte b = line[i];
                boolean isLast = i == line.length - 1;
                boolean isPlain = (b >= '!' && b <= '~' && b != '=') || ((b == ' ' || b == '\t') && !isLast);
                int width = isPlain ? 1 : 3;
                if (column + width > LONGEST_LINE - (isLast ? 0 : 1)) {
                    out.write('=');
                    out.write(CRLF);
                    column = 0;
                }
                if (isPlain) {
                    out.write(b);
                } else {
                    out.write('=');
                    out.write(HEX[(b & 0xf0) >> 4]);
                    out.write(HEX[b & 0x0f]);
                }
                column += width;
            }
            out.write(CRLF);
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** A stream that an encoder on top of it may not close. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
        }

        @Override
        public void close() {
            // What is below goes on.
        }
    }
}
