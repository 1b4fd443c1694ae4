package org.tarishi.core.queue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.message.Body;
import org.tarishi.api.message.HeaderAddress;
import org.tarishi.api.message.HeaderField;
import org.tarishi.api.message.Part;
import org.tarishi.api.message.PartFilter;
import org.tarishi.core.spi.LiveHeaders;
import org.tarishi.core.spi.LiveMessage;

/** A message as the queue sees it: header fields, one line each, and a body in memory or at the end of a file. */
public final class TestMessage implements LiveMessage {

    private final Fields headers = new Fields();
    private final byte[] body;
    private final @Nullable Path file;
    private final long start;
    private volatile boolean closed;

    private TestMessage(byte[] body, @Nullable Path file, long start) {
        this.body = body;
        this.file = file;
        this.start = start;
    }

    /** Reads a message whose lines end with CRLF; one that begins with an empty line has no header. */
    public static TestMessage of(String text) {
        return of(text.getBytes(StandardCharsets.ISO_8859_1), null, 0);
    }

    /** Puts the message into a file, as one that was too large for memory. */
    public static TestMessage inFile(Path file, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, bytes);
        return of(bytes, file, text.startsWith("\r\n") ? 2 : text.indexOf("\r\n\r\n") + 4);
    }

    private static TestMessage of(byte[] bytes, @Nullable Path file, long start) {
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n") + 2;
        var message = new TestMessage(Arrays.copyOfRange(bytes, end + 2, bytes.length), file, start);
        for (var line : text.substring(0, end).split("(?<=\n)", -1)) {
            if (!line.isEmpty()) {
                message.headers.lines.add(line);
            }
        }
        return message;
    }

    /** Tells whether it was closed. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public LiveHeaders headers() {
        return headers;
    }

    @Override
    public LiveMessage fork() {
        var fork = new TestMessage(body, file, start);
        fork.headers.adopt(headers);
        return fork;
    }

    @Override
    public void adopt(LiveMessage fork) {
        headers.adopt(fork.headers());
    }

    @Override
    public BodyPlace bodyPlace() {
        return file == null ? BodyPlace.MEMORY : BodyPlace.FILE;
    }

    @Override
    public OptionalLong linkBody(Path target) throws IOException {
        if (file == null) {
            return OptionalLong.empty();
        }
        Files.createLink(target, file);
        return OptionalLong.of(start);
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public Body body() {
        return new Body() {
            @Override
            public long size() {
                return body.length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(body);
            }
        };
    }

    @Override
    public long size() {
        return String.join("", headers.lines).length() + 2L + body.length;
    }

    @Override
    public boolean hasUtf8Headers() {
        return String.join("", headers.lines).chars().anyMatch(c -> c >= 0x80);
    }

    @Override
    public boolean isEightBit() {
        for (byte b : body) {
            if (b < 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean isBinary() {
        return false;
    }

    @Override
    public Part root() {
        throw new UnsupportedOperationException();
    }

    @Override
    public InputStream open() throws IOException {
        var out = new ByteArrayOutputStream();
        writeTo(out, Set.of());
        return new ByteArrayInputStream(out.toByteArray());
    }

    @Override
    public void writeTo(OutputStream out, Set<WriteOption> options) throws IOException {
        if (closed) {
            throw new IOException("the message is closed");
        }
        if (!options.contains(WriteOption.BODY_ONLY)) {
            out.write((String.join("", headers.lines) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
        out.write(body);
    }

    @Override
    public void banner(String text, String html) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void filterPart(String type, PartFilter filter) {
        throw new UnsupportedOperationException();
    }

    private record Line(String text) implements HeaderField {

        @Override
        public String name() {
            return text.substring(0, Math.max(0, text.indexOf(':')));
        }

        @Override
        public String rawValue() {
            return text.substring(text.indexOf(':') + 1, text.length() - 2);
        }

        @Override
        public String value() {
            return rawValue().strip();
        }

        @Override
        public byte[] bytes() {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private static final class Fields implements LiveHeaders {

        private List<String> lines = new ArrayList<>();

        @Override
        public LiveHeaders fork() {
            var fork = new Fields();
            fork.adopt(this);
            return fork;
        }

        @Override
        public void adopt(LiveHeaders fork) {
            lines = new ArrayList<>(((Fields) fork).lines);
        }

        @Override
        public void prependRaw(byte[] field) {
            lines.addFirst(new String(field, StandardCharsets.ISO_8859_1));
        }

        @Override
        public int rename(String from, String to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<HeaderField> fields() {
            return lines.stream().map(line -> (HeaderField) new Line(line)).toList();
        }

        @Override
        public List<HeaderField> all(String name) {
            return fields().stream()
                    .filter(field -> field.name().equalsIgnoreCase(name))
                    .toList();
        }

        @Override
        public Optional<String> first(String name) {
            return all(name).stream().findFirst().map(HeaderField::value);
        }

        @Override
        public Optional<String> last(String name) {
            return all(name).reversed().stream().findFirst().map(HeaderField::value);
        }

        @Override
        public List<HeaderAddress> addresses(String name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void prepend(String name, String value) {
            lines.addFirst(name + ": " + value + "\r\n");
        }

        @Override
        public void append(String name, String value) {
            lines.add(name + ": " + value + "\r\n");
        }

        @Override
        public void replace(String name, String value) {
            remove(name);
            append(name, value);
        }

        @Override
        public int remove(String name) {
            int before = lines.size();
            lines.removeIf(line -> new Line(line).name().equalsIgnoreCase(name));
            return before - lines.size();
        }

        @Override
        public boolean remove(HeaderField field) {
            return lines.remove(((Line) field).text());
        }
    }
}
