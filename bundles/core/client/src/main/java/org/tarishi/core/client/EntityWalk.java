package org.tarishi.core.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the lines of a MIME message, and tells which part of it each is (RFC 2046 section 5.1).
 *
 * <p>It keeps one line, the header of one entity and the boundaries around it.
 */
final class EntityWalk {

    private static final int LONGEST_LINE = 64 * 1024;
    private static final int LONGEST_HEADER = 256 * 1024;
    private static final int DEEPEST = 50;
    private static final int MOST_ENTITIES = 10_000;

    /** Is told the lines, in order; each without its line end. */
    interface Visitor {

        /** A header, the empty line behind it not counted. */
        void header(Entity entity, List<byte[]> lines, boolean hasEmptyLine) throws IOException, UnconvertibleException;

        /** A line of a body that is no other entity's. */
        void body(Entity entity, byte[] line) throws IOException, UnconvertibleException;

        /**
         * The end of such a body.
         *
         * @param hasLastLineEnd whether the end of its last line is content, and not the beginning of a boundary
         */
        void bodyEnd(Entity entity, boolean hasLastLineEnd) throws IOException, UnconvertibleException;

        /** A boundary, or a line that is for nobody, before the first or behind the last. */
        void around(Entity multipart, byte[] line) throws IOException, UnconvertibleException;
    }

    /** A line with a boundary. */
    private static final class Boundary {
        private final int level;
        private final boolean isLast;
        private final byte[] line;

        Boundary(int level, boolean isLast, byte[] line) {
            this.level = level;
            this.isLast = isLast;
            this.line = line;
        }
    }

    private final InputStream in;
    private final Visitor visitor;
    private final List<byte[]> boundaries = new ArrayList<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
    private int entities;

    /** Of the last line that was read. */
    private boolean hasLineEnd;

    EntityWalk(InputStream in, Visitor visitor) {
        this.in = new BufferedInputStream(in, LONGEST_LINE);
        this.visitor = visitor;
    }

    /** Reads the message to its end. */
    void run() throws IOException, UnconvertibleException {
        entity(false, 0);
    }

    /** Reads an entity; returns the boundary behind it, null for the end of the message. */
    private @Nullable Boundary entity(boolean isSigned, int depth) throws IOException, UnconvertibleException {
        if (depth > DEEPEST || entities == MOST_ENTITIES) {
            throw new UnconvertibleException("more or deeper parts than are looked at");
        }
        var header = new ArrayList<byte[]>();
        int size = 0;
        byte[] next;
        while ((next = next()) != null && next.length > 0) {
            var boundary = boundary(next);
            if (boundary != null) {
                visitor.header(Entity.of(entities++, header, isSigned), header, false);
                return boundary;
            }
            size += next.length;
            if (size > LONGEST_HEADER) {
                throw new UnconvertibleException("a header longer than is looked at");
            }
            header.add(next);
        }
        var entity = Entity.of(entities++, header, isSigned);
        visitor.header(entity, header, next != null);
        if (next == null) {
            return null;
        }
        if (entity.isMessage()) {
            return entity(entity.isSigned(), depth + 1);
        }
        return entity.isMultipart() ? multipart(entity, depth) : leaf(entity);
    }

    private @Nullable Boundary multipart(Entity multipart, int depth) throws IOException, UnconvertibleException {
        int level = boundaries.size();
        boundaries.add(("--" + multipart.boundary()).getBytes(StandardCharsets.ISO_8859_1));
        var boundary = pass(multipart);
        while (boundary != null && boundary.level == level && !boundary.isLast) {
            visitor.around(multipart, boundary.line);
            boundary = entity(multipart.isSigned(), depth + 1);
        }
        boundaries.removeLast();
        if (boundary != null && boundary.level == level) {
            visitor.around(multipart, boundary.line);
            return pass(multipart);
        }
        return boundary;
    }

    /** Reads on to a boundary. */
    private @Nullable Boundary pass(Entity multipart) throws IOException, UnconvertibleException {
        byte[] next;
        while ((next = next()) != null) {
            var boundary = boundary(next);
            if (boundary != null) {
                return boundary;
            }
            visitor.around(multipart, next);
        }
        return null;
    }

    private @Nullable Boundary leaf(Entity leaf) throws IOException, UnconvertibleException {
        byte[] next;
        while ((next = next()) != null) {
            var boundary = boundary(next);
            if (boundary != null) {
                visitor.bodyEnd(leaf, false);
                return boundary;
            }
            visitor.body(leaf, next);
        }
        visitor.bodyEnd(leaf, hasLineEnd);
        return null;
    }

    /** Returns what a line is if it is the boundary of an entity around: the innermost first. */
    private @Nullable Boundary boundary(byte[] candidate) {
        if (candidate.length < 3 || candidate[0] != '-' || candidate[1] != '-') {
            return null;
        }
        for (int level = boundaries.size() - 1; level >= 0; level--) {
            var delimiter = boundaries.get(level);
            if (!beginsWith(candidate, delimiter)) {
                continue;
            }
            int at = delimiter.length;
            boolean isLast = candidate.length >= at + 2 && candidate[at] == '-' && candidate[at + 1] == '-';
            if (isBlank(candidate, isLast ? at + 2 : at)) {
                return new Boundary(level, isLast, candidate);
            }
        }
        return null;
    }

    private static boolean beginsWith(byte[] text, byte[] beginning) {
        return text.length >= beginning.length
                && java.util.Arrays.equals(text, 0, beginning.length, beginning, 0, beginning.length);
    }

    private static boolean isBlank(byte[] text, int from) {
        for (int i = from; i < text.length; i++) {
            if (text[i] != ' ' && text[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    /** Returns the next line without its CRLF, null at the end. */
    private byte @Nullable [] next() throws IOException, UnconvertibleException {
        line.reset();
        int b;
        while ((b = in.read()) >= 0) {
            if (b == '\n') {
                hasLineEnd = true;
                var bytes = line.toByteArray();
                int length = bytes.length;
                return length > 0 && bytes[length - 1] == '\r' ? java.util.Arrays.copyOf(bytes, length - 1) : bytes;
            }
            if (line.size() == LONGEST_LINE) {
                throw new UnconvertibleException("a line longer than is looked at");
            }
            line.write(b);
        }
        if (line.size() == 0) {
            return null;
        }
        hasLineEnd = false;
        return line.toByteArray();
    }
}
