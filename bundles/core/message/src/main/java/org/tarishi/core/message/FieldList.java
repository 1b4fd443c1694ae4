package org.tarishi.core.message;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.message.HeaderAddress;
import org.tarishi.api.message.HeaderField;
import org.tarishi.core.spi.LiveHeaders;

/** A header as an array of fields that is replaced, never changed: a fork shares it. */
final class FieldList implements LiveHeaders {

    private static final Field[] NONE = {};

    private volatile Field[] fields;

    FieldList() {
        this(NONE);
    }

    private FieldList(Field[] fields) {
        this.fields = fields;
    }

    /**
     * Reads a header.
     *
     * @param bytes begins with the header; must not change
     * @param end where the header ends, behind a CRLF
     * @param maybeHigh whether a byte of it may be above 127
     */
    static FieldList parse(byte[] bytes, int end, boolean maybeHigh) {
        var fields = new ArrayList<Field>();
        int start = 0;
        int line = 0;
        while (line < end) {
            int next = nextLine(bytes, line, end);
            boolean isFold = next < end && (bytes[next] == ' ' || bytes[next] == '\t');
            if (!isFold) {
                fields.add(new Field(bytes, start, next, maybeHigh));
                start = next;
            }
            line = next;
        }
        return new FieldList(fields.toArray(Field[]::new));
    }

    private static int nextLine(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && bytes[at] != '\n') {
            at++;
        }
        return Math.min(at + 1, end);
    }

    /** Returns the fields as they are now; not to be changed. */
    Field[] now() {
        return fields;
    }

    @Nullable Field find(String name) {
        return find(fields, name);
    }

    static @Nullable Field find(Field[] fields, String name) {
        for (var field : fields) {
            if (field.isNamed(name)) {
                return field;
            }
        }
        return null;
    }

    long size() {
        long size = 0;
        for (var field : fields) {
            size += field.length();
        }
        return size;
    }

    boolean hasHighBytes() {
        for (var field : fields) {
            if (field.hasHighBytes()) {
                return true;
            }
        }
        return false;
    }

    /** Writes all fields, neighbours in one go. */
    void writeTo(OutputStream out) throws IOException {
        var all = fields;
        for (int i = 0; i < all.length; i++) {
            int last = i;
            while (last + 1 < all.length && all[last].isFollowedBy(all[last + 1])) {
                last++;
            }
            all[i].writeUpTo(all[last], out);
            i = last;
        }
    }

    /** Returns the bytes of all fields and the empty line behind them. */
    byte[] block() {
        var all = fields;
        int size = 2;
        for (var field : all) {
            size += field.length();
        }
        var block = new byte[size];
        int at = 0;
        for (var field : all) {
            at = field.copyTo(block, at);
        }
        block[at] = '\r';
        block[at + 1] = '\n';
        return block;
    }

    @Override
    public List<HeaderField> fields() {
        return List.of(fields);
    }

    @Override
    public List<HeaderField> all(String name) {
        var found = new ArrayList<HeaderField>();
        for (var field : fields) {
            if (field.isNamed(name)) {
                found.add(field);
            }
        }
        return List.copyOf(found);
    }

    @Override
    public Optional<String> first(String name) {
        return Optional.ofNullable(find(name)).map(Field::value);
    }

    @Override
    public Optional<String> last(String name) {
        var all = fields;
        for (int i = all.length - 1; i >= 0; i--) {
            if (all[i].isNamed(name)) {
                return Optional.of(all[i].value());
            }
        }
        return Optional.empty();
    }

    @Override
    public List<HeaderAddress> addresses(String name) {
        var found = new ArrayList<HeaderAddress>();
        for (var field : fields) {
            if (field.isNamed(name)) {
                found.addAll(Addresses.parse(field.unfolded()));
            }
        }
        return List.copyOf(found);
    }

    @Override
    public void prepend(String name, String value) {
        insert(0, HeaderText.field(name, value));
    }

    @Override
    public void append(String name, String value) {
        insert(fields.length, HeaderText.field(name, value));
    }

    @Override
    public void replace(String name, String value) {
        var made = HeaderText.field(name, value);
        var kept = new ArrayList<Field>(fields.length + 1);
        boolean placed = false;
        for (var field : fields) {
            if (!field.isNamed(name)) {
                kept.add(field);
            } else if (!placed) {
                kept.add(made);
                placed = true;
            }
        }
        if (!placed) {
            kept.add(made);
        }
        fields = kept.toArray(Field[]::new);
    }

    @Override
    public int remove(String name) {
        return removeIf(field -> field.isNamed(name));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // that very field, not one that looks like it
    public boolean remove(HeaderField field) {
        return removeIf(each -> each == field) > 0;
    }

    private int removeIf(Predicate<Field> unwanted) {
        var had = fields;
        var kept = Arrays.stream(had).filter(unwanted.negate()).toArray(Field[]::new);
        if (kept.length < had.length) {
            fields = kept;
        }
        return had.length - kept.length;
    }

    @Override
    public LiveHeaders fork() {
        return new FieldList(fields);
    }

    @Override
    public void adopt(LiveHeaders fork) {
        fields = ((FieldList) fork).fields;
    }

    @Override
    public void prependRaw(byte[] field) {
        insert(0, HeaderText.checkedRaw(field));
    }

    @Override
    public int rename(String from, String to) {
        HeaderText.checkName(to);
        var now = fields.clone();
        int count = 0;
        for (int i = 0; i < now.length; i++) {
            if (now[i].isNamed(from)) {
                now[i] = now[i].renamed(to);
                count++;
            }
        }
        if (count > 0) {
            fields = now;
        }
        return count;
    }

    private void insert(int at, Field field) {
        var had = fields;
        var now = new Field[had.length + 1];
        System.arraycopy(had, 0, now, 0, at);
        now[at] = field;
        System.arraycopy(had, at, now, at + 1, had.length - at);
        fields = now;
    }
}
