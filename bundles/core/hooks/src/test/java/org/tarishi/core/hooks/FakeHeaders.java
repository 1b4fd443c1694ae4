package org.tarishi.core.hooks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.message.HeaderAddress;
import org.tarishi.api.message.HeaderField;
import org.tarishi.core.spi.LiveHeaders;

/** A header without folding and encoding. */
final class FakeHeaders implements LiveHeaders {

    record Field(String name, String value) implements HeaderField {

        @Override
        public String rawValue() {
            return " " + value;
        }

        @Override
        public byte[] bytes() {
            return (name + ": " + value + "\r\n").getBytes(StandardCharsets.UTF_8);
        }
    }

    private List<HeaderField> fields = new ArrayList<>();

    @Override
    public LiveHeaders fork() {
        var fork = new FakeHeaders();
        fork.fields.addAll(fields);
        return fork;
    }

    @Override
    public void adopt(LiveHeaders fork) {
        fields = new ArrayList<>(fork.fields());
    }

    @Override
    public void prependRaw(byte[] field) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int rename(String from, String to) {
        throw new UnsupportedOperationException();
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
        return all(name).stream().findFirst().map(HeaderField::value);
    }

    @Override
    public Optional<String> last(String name) {
        var all = all(name);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast().value());
    }

    @Override
    public List<HeaderAddress> addresses(String name) {
        return List.of();
    }

    @Override
    public void prepend(String name, String value) {
        fields.addFirst(new Field(name, value));
    }

    @Override
    public void append(String name, String value) {
        fields.addLast(new Field(name, value));
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
}
