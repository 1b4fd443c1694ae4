package org.tarishi.core.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.tarishi.api.message.Body;
import org.tarishi.api.message.Headers;
import org.tarishi.api.message.Message;
import org.tarishi.api.message.Part;
import org.tarishi.api.message.PartFilter;

/** A message of given bytes, CRLF line ends; only what a client asks of it. */
class FakeMessage implements Message {

    private final byte[] bytes;
    private final boolean utf8Headers;
    private boolean isBinary;

    FakeMessage(String text) {
        this(text, false);
    }

    FakeMessage(String text, boolean utf8Headers) {
        this.bytes = text.getBytes(StandardCharsets.UTF_8);
        this.utf8Headers = utf8Headers;
    }

    /** Declares the body to be any bytes. */
    FakeMessage binary() {
        isBinary = true;
        return this;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public boolean hasUtf8Headers() {
        return utf8Headers;
    }

    @Override
    public boolean isEightBit() {
        for (byte b : bytes) {
            if (b < 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean isBinary() {
        return isBinary;
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(bytes);
    }

    /** Writes in pieces of 1000 bytes, as a message from a file would. */
    @Override
    public void writeTo(OutputStream out, Set<WriteOption> options) throws IOException {
        var wire = new String(bytes, StandardCharsets.ISO_8859_1);
        if (options.contains(WriteOption.DOT_STUFFED)) {
            wire = wire.replace("\r\n.", "\r\n..");
            wire = wire.startsWith(".") ? "." + wire : wire;
        }
        if (options.contains(WriteOption.FINAL_DOT)) {
            wire += ".\r\n";
        }
        var all = wire.getBytes(StandardCharsets.ISO_8859_1);
        for (int at = 0; at < all.length; at += 1000) {
            out.write(all, at, Math.min(1000, all.length - at));
            out.flush();
        }
    }

    @Override
    public Headers headers() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Body body() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Part root() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void banner(String text, String html) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void filterPart(String type, PartFilter filter) {
        throw new UnsupportedOperationException();
    }
}
