package org.tarishi.core.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;
import org.tarishi.api.message.Body;
import org.tarishi.api.message.Part;
import org.tarishi.api.message.PartFilter;
import org.tarishi.core.spi.LiveMessage;

/** A received message: a header that is worked on, a body that stays as it came, and what is to be changed on the way out. */
final class StoredMessage implements LiveMessage {

    private static final byte[] CRLF = {'\r', '\n'};

    private final Settings settings;
    private final FieldList headers;
    private final StoredBody body;
    private volatile Changes changes;

    StoredMessage(Settings settings, FieldList headers, StoredBody body) {
        this(settings, headers, body, Changes.NONE);
    }

    private StoredMessage(Settings settings, FieldList headers, StoredBody body, Changes changes) {
        this.settings = settings;
        this.headers = headers;
        this.body = body;
        this.changes = changes;
    }

    @Override
    public FieldList headers() {
        return headers;
    }

    @Override
    public Body body() {
        return body;
    }

    @Override
    public long size() throws IOException {
        return headers.size() + CRLF.length + changes.size(this);
    }

    @Override
    public boolean hasUtf8Headers() {
        return headers.hasHighBytes();
    }

    @Override
    public boolean isEightBit() {
        return body.isEightBit() || changes.addEightBit(this);
    }

    @Override
    public boolean isBinary() {
        return body.isBinary();
    }

    @Override
    public Part root() throws IOException {
        return MimeWalk.root(headers, body, settings);
    }

    Settings settings() {
        return settings;
    }

    StoredBody storedBody() {
        return body;
    }

    @Override
    public InputStream open() throws IOException {
        return new SequenceInputStream(new ByteArrayInputStream(headers.block()), changes.open(this));
    }

    @Override
    public void writeTo(OutputStream out, Set<WriteOption> options) throws IOException {
        boolean bodyOnly = options.contains(WriteOption.BODY_ONLY);
        if (body.isBinary()) {
            writeBinary(out, options, bodyOnly);
        } else if (WireOutput.isNeeded(options)) {
            var wire = new WireOutput(out, options);
            write(wire, bodyOnly);
            wire.finish();
        } else {
            write(out, bodyOnly);
        }
    }

    /** Dots belong to lines: a body that is not made of them can't be framed by one. */
    private void writeBinary(OutputStream out, Set<WriteOption> options, boolean bodyOnly) throws IOException {
        if (options.contains(WriteOption.DOT_STUFFED) || options.contains(WriteOption.FINAL_DOT)) {
            throw new IOException("a binary message (RFC 3030) can't be sent by DATA");
        }
        if (!bodyOnly) {
            var wire = new WireOutput(out, options);
            headers.writeTo(wire);
            wire.write(CRLF, 0, CRLF.length);
            wire.finish();
        }
        changes.write(this, out);
    }

    private void write(OutputStream out, boolean bodyOnly) throws IOException {
        if (!bodyOnly) {
            headers.writeTo(out);
            out.write(CRLF);
        }
        changes.write(this, out);
    }

    @Override
    public void banner(String text, String html) {
        changes = changes.with(new Changes.Banner(text, html));
    }

    @Override
    public void filterPart(String type, PartFilter filter) {
        changes = changes.with(new Changes.Filter(type, filter));
    }

    @Override
    public LiveMessage fork() {
        return new StoredMessage(settings, (FieldList) headers.fork(), body, changes);
    }

    @Override
    public void adopt(LiveMessage fork) {
        var other = (StoredMessage) fork;
        headers.adopt(other.headers);
        changes = other.changes;
    }

    @Override
    public BodyPlace bodyPlace() {
        if (!changes.list().isEmpty()) {
            return BodyPlace.MADE;
        }
        return body.isInMemory() ? BodyPlace.MEMORY : BodyPlace.FILE;
    }

    @Override
    public OptionalLong linkBody(Path target) throws IOException {
        return changes.list().isEmpty() ? body.link(target) : OptionalLong.empty();
    }

    @Override
    public void close() {
        body.close();
    }
}
