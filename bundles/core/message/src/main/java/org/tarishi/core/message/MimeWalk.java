package org.tarishi.core.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.message.MimeLimitException;
import org.tarishi.api.message.Part;

/**
 * Finds the parts of a body in one pass over its lines, with a stack of its own: how parts lie in each other is the peer's choice.
 *
 * <p>A delimiter ends all parts within the one it belongs to (RFC 2046 section 5.1.2), and it must be a whole line, blanks behind it
 * allowed. Headers of parts are read like that of a message.
 */
final class MimeWalk {

    private static final String TEXT = "text/plain";
    private static final String MESSAGE = "message/rfc822";
    /** RFC 2046 section 5.1.1 says 70; longer ones are seen. */
    private static final int LONGEST_BOUNDARY = 1000;

    private final StoredBody body;
    private final Settings settings;
    private int count = 1;
    private int headerBytes;

    private MimeWalk(StoredBody body, Settings settings) {
        this.body = body;
        this.settings = settings;
    }

    /** Returns the root; the parts below are read once for each Content-Type that the message has had. */
    static MimePart root(FieldList headers, StoredBody body, Settings settings) throws IOException {
        var fields = headers.now();
        var contentType = FieldList.find(fields, "Content-Type");
        var parts = body.partsBy(contentType);
        if (parts == null) {
            parts = new MimeWalk(body, settings).parts(fields);
            body.keepParts(contentType, parts);
        }
        return new MimePart(fields, TEXT, body, 0, body.size(), true, true, parts);
    }

    /** A part that is being read. */
    private static final class Open {

        final @Nullable Open parent;
        final int depth;
        final String defaultType;
        final List<Part> parts = new ArrayList<>();
        final ByteArrayOutputStream header = new ByteArrayOutputStream();
        boolean inHeader = true;
        boolean hasBody;
        Field[] fields = {};
        long start;
        String childType = TEXT;
        /** Two hyphens and the boundary; null where there is none, or no more. */
        byte @Nullable [] delimiter;

        Open(@Nullable Open parent, String defaultType, long start) {
            this.parent = parent;
            this.depth = parent == null ? 1 : parent.depth + 1;
            this.defaultType = defaultType;
            this.start = start;
        }
    }

    private List<Part> parts(Field[] rootFields) throws IOException {
        var root = new Open(null, TEXT, 0);
        root.inHeader = false;
        root.hasBody = true;
        root.fields = rootFields;
        var inside = begin(root, 0);
        if (root.delimiter == null && inside == root) {
            return List.of();
        }
        try (var in = body.open()) {
            var lines = new Lines(in, body.size());
            while (lines.next()) {
                inside = line(inside, lines);
            }
        }
        closeUpTo(root, inside, body.size(), true);
        return List.copyOf(root.parts);
    }

    private Open line(Open inside, Lines lines) throws MimeLimitException {
        if (lines.isStart && lines.length > 2 && lines.block[lines.from] == '-' && lines.block[lines.from + 1] == '-') {
            for (var each = inside; each != null; each = each.parent) {
                var delimiter = each.delimiter;
                if (delimiter != null && lines.startsWith(delimiter)) {
                    if (lines.isBlankFrom(delimiter.length)) {
                        closeUpTo(each, inside, lines.offset, false);
                        return open(each, each.childType, lines.offset + lines.length);
                    }
                    if (lines.isFinal(delimiter.length)) {
                        closeUpTo(each, inside, lines.offset, false);
                        each.delimiter = null;
                        return each;
                    }
                }
            }
        }
        if (!inside.inHeader) {
            return inside;
        }
        long next = lines.offset + lines.length;
        if (lines.isStart && lines.isBlankFrom(0) && lines.length <= 2) {
            inside.hasBody = true;
            return endHeader(inside, next);
        }
        headerBytes += lines.length;
        if (headerBytes > settings.maxPartHeaderBytes()) {
            throw new MimeLimitException(
                    "the headers of all parts are longer than maxPartHeaderBytes, " + settings.maxPartHeaderBytes());
        }
        inside.header.write(lines.block, lines.from, lines.length);
        return inside;
    }

    private Open open(Open parent, String defaultType, long start) throws MimeLimitException {
        if (++count > settings.maxParts()) {
            throw new MimeLimitException("more parts than maxParts, " + settings.maxParts());
        }
        var part = new Open(parent, defaultType, start);
        if (part.depth > settings.maxDepth()) {
            throw new MimeLimitException("parts lie deeper than maxDepth, " + settings.maxDepth());
        }
        return part;
    }

    private Open endHeader(Open part, long start) throws MimeLimitException {
        var bytes = part.header.toByteArray();
        part.header.reset();
        part.fields = FieldList.parse(bytes, bytes.length, true).now();
        part.inHeader = false;
        part.start = start;
        return begin(part, start);
    }

    /** Looks what a part is made of; returns the part that the next line belongs to. */
    private Open begin(Open part, long start) throws MimeLimitException {
        var contentType = MimePart.value(part.fields, "Content-Type");
        var type = MimePart.type(contentType, part.defaultType);
        if (type.startsWith("multipart/")) {
            var boundary = contentType.parameters().getOrDefault("boundary", "").stripTrailing();
            if (!boundary.isEmpty() && boundary.length() <= LONGEST_BOUNDARY) {
                part.delimiter = ("--" + boundary).getBytes(StandardCharsets.UTF_8);
                part.childType = type.equals("multipart/digest") ? MESSAGE : TEXT;
            }
            return part;
        }
        boolean isMessage = type.equals(MESSAGE) || type.equals("message/global") || type.equals("message/news");
        boolean isPlain = TransferEncoding.of(MimePart.transferEncoding(part.fields)) == TransferEncoding.IDENTITY;
        return isMessage && isPlain ? open(part, TEXT, start) : part;
    }

    /** Closes what is open within a part. */
    private void closeUpTo(Open outer, Open inside, long at, boolean isEnd) {
        for (var part = inside; part != outer; ) {
            var parent = part.parent;
            if (parent == null) {
                throw new IllegalStateException("closed more than was open");
            }
            parent.parts.add(closed(part, at, isEnd));
            part = parent;
        }
    }

    private Part closed(Open part, long at, boolean isEnd) {
        if (part.inHeader) {
            // No empty line: as with a message, what follows the first line that is no field is the body.
            var bytes = part.header.toByteArray();
            var fields = FieldList.parse(bytes, bytes.length, true).now();
            int stray = 0;
            while (stray < fields.length && !fields[stray].name().isEmpty()) {
                part.start += fields[stray++].length();
            }
            part.fields = Arrays.copyOf(fields, stray);
            part.hasBody = stray < fields.length;
        }
        // The break before a delimiter is the delimiter's (RFC 2046 section 5.1.1), unless an empty part is behind it.
        long first = part.parts.isEmpty() ? part.start : ((MimePart) part.parts.getLast()).end();
        boolean hasBreak = !isEnd && at - 2 >= first;
        long end = hasBreak ? at - 2 : Math.max(at, part.start);
        return new MimePart(
                part.fields, part.defaultType, body, part.start, end, !hasBreak, part.hasBody, List.copyOf(part.parts));
    }

    /** Lines of a stream; one that is longer than the block comes in pieces. */
    private static final class Lines {

        private static final int MOST = 64 * 1024;

        private final InputStream in;
        final byte[] block;
        private int filled;
        /** Where the line begins in the block, in the body, and how long it is, CRLF included. */
        int from;

        long offset;
        int length;
        boolean isStart = true;
        private boolean isEnded = true;

        Lines(InputStream in, long size) {
            this.in = in;
            // Most bodies are small, and many are walked at once.
            this.block = new byte[Math.clamp(size, 1, MOST)];
        }

        boolean next() throws IOException {
            boolean endedWithCr = length > 0 && !isEnded && block[from + length - 1] == '\r';
            offset += length;
            from += length;
            isStart = isEnded;
            int at = from;
            while (true) {
                while (at < filled && block[at] != '\n') {
                    at++;
                }
                if (at < filled) {
                    length = at + 1 - from;
                    // In a binary body an LF alone ends no line, and makes no delimiter of what is behind it.
                    isEnded = at > from ? block[at - 1] == '\r' : endedWithCr;
                    return true;
                }
                if (from > 0) {
                    System.arraycopy(block, from, block, 0, filled - from);
                    filled -= from;
                    at -= from;
                    from = 0;
                }
                int n = filled < block.length ? in.read(block, filled, block.length - filled) : 0;
                if (n <= 0) {
                    length = filled;
                    isEnded = false;
                    return length > 0;
                }
                filled += n;
            }
        }

        boolean startsWith(byte[] wanted) {
            return length >= wanted.length
                    && Arrays.equals(block, from, from + wanted.length, wanted, 0, wanted.length);
        }

        boolean isBlankFrom(int index) {
            for (int i = from + index; i < from + length; i++) {
                if (block[i] != ' ' && block[i] != '\t' && block[i] != '\r' && block[i] != '\n') {
                    return false;
                }
            }
            return true;
        }

        boolean isFinal(int index) {
            return length >= index + 2
                    && block[from + index] == '-'
                    && block[from + index + 1] == '-'
                    && isBlankFrom(index + 2);
        }
    }
}
