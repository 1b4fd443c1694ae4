package org.tarishi.core.message;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tarishi.api.message.HeaderField;
import org.tarishi.api.message.Part;

/** A part as a range of the body. */
final class MimePart implements Part {

    private static final String TEXT = "text/plain";
    private static final String UNREADABLE = "application/octet-stream";

    private final Field[] headers;
    private final StoredBody body;
    private final long start;
    private final long end;
    private final boolean isOpenEnded;
    private final boolean hasBody;
    private final List<Part> parts;
    private final MimeValue contentType;
    private final MimeValue contentDisposition;
    private final String type;
    private final String transferEncoding;

    /**
     * Takes what the walk found.
     *
     * @param defaultType where there is no Content-Type
     * @param isOpenEnded whether no line break stands behind the content
     * @param hasBody whether the header was ended by an empty line
     */
    MimePart(
            Field[] headers,
            String defaultType,
            StoredBody body,
            long start,
            long end,
            boolean isOpenEnded,
            boolean hasBody,
            List<Part> parts) {
        this.headers = headers;
        this.body = body;
        this.start = start;
        this.end = end;
        this.isOpenEnded = isOpenEnded;
        this.hasBody = hasBody;
        this.parts = parts;
        this.contentType = value(headers, "Content-Type");
        this.contentDisposition = value(headers, "Content-Disposition");
        this.type = type(contentType, defaultType);
        this.transferEncoding = transferEncoding(headers);
    }

    static MimeValue value(Field[] headers, String name) {
        var field = FieldList.find(headers, name);
        return field == null ? MimeValue.NONE : MimeValue.parse(field.unfolded());
    }

    /** Returns a media type; one that can't be read is no text, against RFC 2045 section 5.2, so that scanners see it. */
    static String type(MimeValue contentType, String defaultType) {
        var main = contentType.main();
        if (main.isEmpty()) {
            return contentType.parameters().isEmpty() ? defaultType : UNREADABLE;
        }
        int slash = main.indexOf('/');
        boolean good = slash > 0 && slash < main.length() - 1 && main.indexOf('/', slash + 1) < 0;
        for (int i = 0; good && i < main.length(); i++) {
            char c = main.charAt(i);
            good = c > ' ' && c < 127 && "()<>@,;:\\\"[]?=".indexOf(c) < 0;
        }
        return good ? main : main.equals("text") ? TEXT : UNREADABLE;
    }

    static String transferEncoding(Field[] headers) {
        var field = FieldList.find(headers, "Content-Transfer-Encoding");
        var name = field == null ? "" : MimeValue.parse(field.unfolded()).main().toLowerCase(Locale.ROOT);
        return name.isEmpty() ? "7bit" : name;
    }

    long start() {
        return start;
    }

    long end() {
        return end;
    }

    boolean isOpenEnded() {
        return isOpenEnded;
    }

    boolean hasBody() {
        return hasBody;
    }

    TransferEncoding encoding() {
        // RFC 2045 section 6.4: what is made of parts has no encoding of its own.
        return parts.isEmpty() ? TransferEncoding.of(transferEncoding) : TransferEncoding.IDENTITY;
    }

    String charset() {
        return contentType.parameter("charset").orElse("");
    }

    @Override
    public List<HeaderField> headers() {
        return List.of(headers);
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public Optional<String> parameter(String name) {
        return contentType.parameter(name);
    }

    @Override
    public Optional<String> fileName() {
        return contentDisposition.parameter("filename").or(() -> contentType.parameter("name"));
    }

    @Override
    public Optional<String> disposition() {
        return Optional.of(contentDisposition.main()).filter(main -> !main.isEmpty());
    }

    @Override
    public String transferEncoding() {
        return transferEncoding;
    }

    @Override
    public boolean isAttachment() {
        if (contentDisposition.main().equals("attachment")) {
            return true;
        }
        if (!parts.isEmpty() || type.startsWith("text/")) {
            return false;
        }
        // A message that is encoded, against RFC 2046 section 5.2.1, was not walked: a scanner must not miss it.
        return !type.startsWith("message/") || encoding() != TransferEncoding.IDENTITY;
    }

    @Override
    public List<Part> parts() {
        return parts;
    }

    @Override
    public InputStream openRaw() throws IOException {
        return body.open(start, end);
    }

    @Override
    public InputStream open() throws IOException {
        return encoding().decoded(openRaw());
    }

    @Override
    public String text(int limit) throws IOException {
        try (var in = open()) {
            return Charsets.read(in, charset(), limit);
        }
    }
}
