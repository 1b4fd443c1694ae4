package org.tarishi.core.hooks;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.tarishi.api.message.Body;
import org.tarishi.api.message.HeaderField;
import org.tarishi.api.message.MimeLimitException;
import org.tarishi.api.message.Part;
import org.tarishi.api.message.PartFilter;
import org.tarishi.core.spi.LiveHeaders;
import org.tarishi.core.spi.LiveMessage;

/** A message without bytes, with attachments by name. */
final class FakeMessage implements LiveMessage {

    private FakeHeaders headers = new FakeHeaders();
    private List<String> banners = new ArrayList<>();
    private final List<String> attachments = new ArrayList<>();
    private boolean isTooDeep;

    FakeMessage attach(String... names) {
        attachments.addAll(List.of(names));
        return this;
    }

    FakeMessage tooDeep() {
        isTooDeep = true;
        return this;
    }

    List<String> banners() {
        return banners;
    }

    @Override
    public LiveHeaders headers() {
        return headers;
    }

    @Override
    public LiveMessage fork() {
        var fork = new FakeMessage();
        fork.headers.adopt(headers);
        fork.banners.addAll(banners);
        fork.attachments.addAll(attachments);
        return fork;
    }

    @Override
    public void adopt(LiveMessage fork) {
        headers.adopt(fork.headers());
        banners = new ArrayList<>(((FakeMessage) fork).banners);
    }

    @Override
    public BodyPlace bodyPlace() {
        return BodyPlace.MEMORY;
    }

    @Override
    public OptionalLong linkBody(Path target) {
        return OptionalLong.empty();
    }

    @Override
    public void close() {}

    @Override
    public Body body() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long size() {
        return 0;
    }

    @Override
    public boolean hasUtf8Headers() {
        return false;
    }

    @Override
    public boolean isEightBit() {
        return false;
    }

    @Override
    public boolean isBinary() {
        return false;
    }

    @Override
    public Part root() throws MimeLimitException {
        if (isTooDeep) {
            throw new MimeLimitException("more than 100 parts");
        }
        return new FakePart(
                "",
                attachments.stream()
                        .map(name -> (Part) new FakePart(name, List.of()))
                        .toList());
    }

    @Override
    public InputStream open() {
        return InputStream.nullInputStream();
    }

    @Override
    public void writeTo(OutputStream out, Set<WriteOption> options) throws IOException {
        out.flush();
    }

    @Override
    public void banner(String text, String html) {
        banners.add(text);
    }

    @Override
    public void filterPart(String type, PartFilter filter) {
        throw new UnsupportedOperationException();
    }

    private record FakePart(String file, List<Part> parts) implements Part {

        @Override
        public List<HeaderField> headers() {
            return List.of();
        }

        @Override
        public String type() {
            return file.isEmpty() ? "multipart/mixed" : "application/octet-stream";
        }

        @Override
        public Optional<String> parameter(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<String> fileName() {
            return file.isEmpty() ? Optional.empty() : Optional.of(file);
        }

        @Override
        public Optional<String> disposition() {
            return Optional.empty();
        }

        @Override
        public String transferEncoding() {
            return "7bit";
        }

        @Override
        public boolean isAttachment() {
            return !file.isEmpty();
        }

        @Override
        public InputStream openRaw() {
            return new ByteArrayInputStream(new byte[0]);
        }

        @Override
        public InputStream open() {
            return openRaw();
        }

        @Override
        public String text(int limit) {
            return "";
        }
    }
}
