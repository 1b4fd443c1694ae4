package org.tarishi.core.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tarishi.api.message.Part;
import org.tarishi.api.message.PartFilter;

/** What is to be changed in a body on its way out; everything else goes as it came. */
record Changes(List<Change> list) {

    static final Changes NONE = new Changes(List.of());

    /** A filter for some parts. */
    sealed interface Change extends PartFilter {

        /** Tells whether it is for a part that has no parts of its own. */
        boolean isFor(MimePart part, boolean isInAttachment);
    }

    record Banner(String text, String html) implements Change {

        @Override
        public boolean isFor(MimePart part, boolean isInAttachment) {
            return !isInAttachment
                    && (part.type().equals("text/plain") || part.type().equals("text/html"));
        }

        @Override
        public InputStream filter(Part part, InputStream content) {
            var mime = (MimePart) part;
            // An encoding of 7bit stays what it says.
            var charset = Charsets.find(mime.charset())
                    .filter(known ->
                            known.canEncode() && !mime.transferEncoding().equals("7bit"))
                    .orElse(StandardCharsets.US_ASCII);
            if (part.type().equals("text/html")) {
                var bytes = ("<P>" + entities(crlf(html), charset) + "</P>").getBytes(charset);
                return new BeforeEndOfHtml(content, bytes);
            }
            var bytes = ("\r\n" + crlf(text) + "\r\n").getBytes(charset);
            return new SequenceInputStream(content, new ByteArrayInputStream(bytes));
        }

        private static String crlf(String text) {
            return text.replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\r\n");
        }

        /** Writes what a charset lacks by its number. */
        private static String entities(String html, Charset charset) {
            var encoder = charset.newEncoder();
            if (encoder.canEncode(html)) {
                return html;
            }
            var out = new StringBuilder();
            html.codePoints().forEach(c -> {
                if (encoder.canEncode(Character.toString(c))) {
                    out.appendCodePoint(c);
                } else {
                    out.append("&#").append(c).append(';');
                }
            });
            return out.toString();
        }
    }

    record Filter(String type, PartFilter filter) implements Change {

        Filter {
            type = type.toLowerCase(Locale.ROOT);
        }

        @Override
        public boolean isFor(MimePart part, boolean isInAttachment) {
            return part.type().startsWith(type);
        }

        @Override
        public InputStream filter(Part part, InputStream content) throws IOException {
            return filter.filter(part, content);
        }
    }

    Changes with(Change change) {
        var all = new ArrayList<>(list);
        all.add(change);
        return new Changes(List.copyOf(all));
    }

    long size(StoredMessage message) throws IOException {
        return list.isEmpty() ? message.storedBody().size() : measured(message).size;
    }

    boolean addEightBit(StoredMessage message) {
        if (list.isEmpty()) {
            return false;
        }
        try {
            return measured(message).isHigh;
        } catch (IOException e) {
            // Who writes the message gets the same; until then, in doubt, yes.
            return true;
        }
    }

    private Measure measured(StoredMessage message) throws IOException {
        var measure = new Measure();
        write(message, measure);
        return measure;
    }

    void write(StoredMessage message, OutputStream out) throws IOException {
        if (list.isEmpty()) {
            message.storedBody().write(0, message.storedBody().size(), out);
            return;
        }
        try (var in = open(message)) {
            in.transferTo(out);
        }
    }

    InputStream open(StoredMessage message) throws IOException {
        var body = message.storedBody();
        if (list.isEmpty()) {
            return body.open();
        }
        var changed = new ArrayList<Changed>();
        find(MimeWalk.root(message.headers(), body, message.settings()), false, changed);
        var pieces = new ArrayList<Pieces.Opening>();
        long at = 0;
        for (var each : changed) {
            long from = at;
            var part = each.part();
            pieces.add(() -> body.open(from, part.start()));
            pieces.add(each::open);
            at = part.end();
        }
        long from = at;
        pieces.add(() -> body.open(from, body.size()));
        return new Pieces(pieces);
    }

    /** A part and what is done with it. */
    private record Changed(MimePart part, List<Change> changes) {

        InputStream open() throws IOException {
            var in = part.open();
            for (var change : changes) {
                in = change.filter(part, in);
            }
            return part.encoding().encoded(in, part.isOpenEnded());
        }
    }

    /** Finds the parts to change, in the order in which they lie. Not deeper than the walk allows. */
    private void find(Part part, boolean isInAttachment, List<Changed> found) {
        boolean isAttached = isInAttachment || part.isAttachment();
        for (var below : part.parts()) {
            find(below, isAttached, found);
        }
        var mime = (MimePart) part;
        if (!part.parts().isEmpty() || !mime.hasBody()) {
            return;
        }
        var wanted =
                list.stream().filter(change -> change.isFor(mime, isAttached)).toList();
        if (!wanted.isEmpty()) {
            found.add(new Changed(mime, wanted));
        }
    }

    /** Counts bytes and looks at their high bits. */
    private static final class Measure extends OutputStream {

        private long size;
        private boolean isHigh;

        @Override
        public void write(int b) {
            size++;
            isHigh |= (byte) b < 0;
        }

        @Override
        public void write(byte[] b, int off, int len) {
            size += len;
            int seen = 0;
            for (int i = off; i < off + len; i++) {
                seen |= b[i];
            }
            isHigh |= seen < 0;
        }
    }

    /** Puts bytes before the first closing tag of body or html, or at the end. */
    private static final class BeforeEndOfHtml extends Transcoder {

        private static final byte[][] TAGS = {HeaderText.ascii("</body"), HeaderText.ascii("</html")};

        private final byte[] added;
        private final byte[] held = new byte[TAGS[0].length];
        private int holding;
        private boolean isAdded;

        BeforeEndOfHtml(InputStream in, byte[] added) {
            super(in);
            this.added = added;
        }

        @Override
        void take(byte[] bytes, int length) {
            for (int i = 0; i < length; i++) {
                if (isAdded) {
                    put(bytes[i]);
                    continue;
                }
                if (!isBeginOfTag(bytes[i])) {
                    // A tag begins with a character that it holds only once: what is held can't begin another.
                    release();
                    if (!isBeginOfTag(bytes[i])) {
                        put(bytes[i]);
                        continue;
                    }
                }
                held[holding++] = bytes[i];
                if (holding == held.length) {
                    add();
                    release();
                }
            }
        }

        private boolean isBeginOfTag(byte b) {
            for (var tag : TAGS) {
                boolean fits = tag[holding] == (b >= 'A' && b <= 'Z' ? b + 32 : b);
                for (int i = 0; fits && i < holding; i++) {
                    fits = tag[i] == (held[i] >= 'A' && held[i] <= 'Z' ? held[i] + 32 : held[i]);
                }
                if (fits) {
                    return true;
                }
            }
            return false;
        }

        private void release() {
            for (int i = 0; i < holding; i++) {
                put(held[i]);
            }
            holding = 0;
        }

        private void add() {
            isAdded = true;
            for (byte b : added) {
                put(b);
            }
        }

        @Override
        void finish() {
            release();
            if (!isAdded) {
                add();
            }
        }
    }
}
