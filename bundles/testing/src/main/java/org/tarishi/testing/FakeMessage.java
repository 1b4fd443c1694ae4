package org.tarishi.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.message.Body;
import org.tarishi.api.message.Message;
import org.tarishi.api.message.Part;
import org.tarishi.api.message.PartFilter;

/**
 * A message in memory.
 *
 * <p>Header and bytes are as the server shows them. It does not walk MIME: a test that needs parts gives them with {@link #withRoot}.
 * Banners and filters are noted and not carried out. One thread at a time.
 */
public final class FakeMessage implements Message {

    private final FakeHeaders headers;
    private final byte[] body;
    private @Nullable Part root;
    private final List<Banner> banners = new ArrayList<>();
    private final List<String> filteredTypes = new ArrayList<>();

    private FakeMessage(FakeHeaders headers, byte[] body) {
        this.headers = headers;
        this.body = body;
    }

    /** Returns the message of these lines, each ended with CRLF; an empty one ends the header. */
    public static FakeMessage of(String... lines) {
        return ofBytes((String.join("\r\n", lines) + "\r\n").getBytes(UTF_8));
    }

    /** Returns the message of these bytes. */
    public static FakeMessage ofBytes(byte[] bytes) {
        int end = headerEnd(bytes);
        int body = Math.min(end + 2, bytes.length);
        return new FakeMessage(
                FakeHeaders.parse(Arrays.copyOf(bytes, end)), Arrays.copyOfRange(bytes, body, bytes.length));
    }

    /** Where the empty line behind the header begins; the end when there is none. */
    private static int headerEnd(byte[] bytes) {
        int start = 0;
        while (start < bytes.length) {
            if (bytes[start] == '\r' && start + 1 < bytes.length && bytes[start + 1] == '\n') {
                return start;
            }
            while (start < bytes.length && bytes[start] != '\n') {
                start++;
            }
            start++;
        }
        return bytes.length;
    }

    /** Sets the root of the message's parts. */
    public FakeMessage withRoot(Part part) {
        root = part;
        return this;
    }

    /** Returns the banners that hooks have added. */
    public List<Banner> banners() {
        return List.copyOf(banners);
    }

    /** Returns the types whose parts hooks filter. */
    public List<String> filteredTypes() {
        return List.copyOf(filteredTypes);
    }

    @Override
    public FakeHeaders headers() {
        return headers;
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
        return bytes().length;
    }

    private byte[] bytes() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(headers.bytes());
        out.writeBytes(new byte[] {'\r', '\n'});
        out.writeBytes(body);
        return out.toByteArray();
    }

    @Override
    public boolean hasUtf8Headers() {
        return isEightBit(headers.bytes());
    }

    @Override
    public boolean isEightBit() {
        return isEightBit(body);
    }

    @Override
    public boolean isBinary() {
        return false;
    }

    private static boolean isEightBit(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Part root() {
        if (root == null) {
            throw new IllegalStateException("this fake does not walk MIME: give it its parts with withRoot");
        }
        return root;
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(bytes());
    }

    @Override
    public void writeTo(OutputStream out, Set<WriteOption> options) throws IOException {
        boolean lineBegins = true;
        var lineEnd = options.contains(WriteOption.LF) ? new byte[] {'\n'} : new byte[] {'\r', '\n'};
        var bytes = options.contains(WriteOption.BODY_ONLY) ? body : bytes();
        for (int i = 0; i < bytes.length; i++) {
            if (lineBegins && bytes[i] == '.' && options.contains(WriteOption.DOT_STUFFED)) {
                out.write('.');
            }
            lineBegins = bytes[i] == '\r' && i + 1 < bytes.length && bytes[i + 1] == '\n';
            if (lineBegins) {
                out.write(lineEnd);
                i++;
            } else {
                out.write(bytes[i]);
            }
        }
        if (options.contains(WriteOption.FINAL_DOT)) {
            if (!lineBegins) {
                out.write(lineEnd);
            }
            out.write('.');
            out.write(lineEnd);
        }
    }

    @Override
    public void banner(String text, String html) {
        banners.add(new Banner(text, html));
    }

    @Override
    public void filterPart(String type, PartFilter filter) {
        filteredTypes.add(type);
    }

    /**
     * A banner that was added.
     *
     * @param text for text/plain
     * @param html for text/html
     */
    public record Banner(String text, String html) {}
}
