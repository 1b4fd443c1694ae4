package org.tarishi.core.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.Mailbox;
import org.tarishi.api.message.HeaderAddress;
import org.tarishi.api.message.HeaderField;
import org.tarishi.core.spi.LiveHeaders;

/** Fields in order, byte-true, without decoding. */
final class FakeHeaders implements LiveHeaders {

    private List<HeaderField> fields = new ArrayList<>();

    /** Takes a header block, each field with its CRLF. */
    static FakeHeaders of(String block) {
        var headers = new FakeHeaders();
        var field = new StringBuilder();
        for (var line : block.split("(?<=\r\n)", -1)) {
            if (!field.isEmpty() && !line.startsWith(" ") && !line.startsWith("\t")) {
                headers.fields.add(new Field(field.toString()));
                field.setLength(0);
            }
            field.append(line);
        }
        if (!field.isEmpty()) {
            headers.fields.add(new Field(field.toString()));
        }
        return headers;
    }

    String block() {
        var out = new StringBuilder();
        fields.forEach(f -> out.append(new String(f.bytes(), StandardCharsets.ISO_8859_1)));
        return out.toString();
    }

    private record Field(String raw) implements HeaderField {
        @Override
        public String name() {
            int colon = raw.indexOf(':');
            return colon < 0 ? "" : raw.substring(0, colon);
        }

        @Override
        public String rawValue() {
            return raw.substring(raw.indexOf(':') + 1, raw.length() - 2);
        }

        @Override
        public String value() {
            return rawValue().replace("\r\n", "").strip();
        }

        @Override
        public byte[] bytes() {
            return raw.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    @Override
    public List<HeaderField> fields() {
        return List.copyOf(fields);
    }

    @Override
    public List<HeaderField> all(String name) {
        return fields.stream().filter(f -> f.name().equalsIgnoreCase(name)).toList();
    }

    @Override
    public Optional<String> first(String name) {
        return all(name).stream().map(HeaderField::value).findFirst();
    }

    @Override
    public Optional<String> last(String name) {
        return all(name).reversed().stream().map(HeaderField::value).findFirst();
    }

    @Override
    public List<HeaderAddress> addresses(String name) {
        return all(name).stream()
                .<HeaderAddress>map(field -> new Address(field.value()))
                .toList();
    }

    /** The one address of a field, in brackets or without. */
    private record Address(String text) implements HeaderAddress {

        @Override
        public String address() {
            return text.replaceAll(".*<|>.*", "");
        }

        @Override
        public Optional<Mailbox> mailbox() {
            return Optional.of(Mailbox.parse(address()));
        }

        @Override
        public String name() {
            return "";
        }

        @Override
        public Optional<String> group() {
            return Optional.empty();
        }
    }

    @Override
    public void prepend(String name, String value) {
        fields.addFirst(new Field(name + ": " + value + "\r\n"));
    }

    @Override
    public void append(String name, String value) {
        fields.add(new Field(name + ": " + value + "\r\n"));
    }

    @Override
    public void replace(String name, String value) {
        remove(name);
        append(name, value);
    }

    @Override
    public int remove(String name) {
        int before = fields.size();
        fields.removeIf(f -> f.name().equalsIgnoreCase(name));
        return before - fields.size();
    }

    @Override
    public boolean remove(HeaderField field) {
        return fields.remove(field);
    }

    @Override
    public LiveHeaders fork() {
        var fork = new FakeHeaders();
        fork.fields = new ArrayList<>(fields);
        return fork;
    }

    @Override
    public void adopt(LiveHeaders fork) {
        fields = new ArrayList<>(fork.fields());
    }

    @Override
    public void prependRaw(byte[] field) {
        fields.addFirst(new Field(new String(field, StandardCharsets.ISO_8859_1)));
    }

    @Override
    public int rename(String from, String to) {
        int count = 0;
        for (int i = 0; i < fields.size(); i++) {
            var field = fields.get(i);
            if (field.name().equalsIgnoreCase(from)) {
                fields.set(i, new Field(to + ":" + field.rawValue() + "\r\n"));
                count++;
            }
        }
        return count;
    }
}
