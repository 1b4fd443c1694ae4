package org.tarishi.core.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.tarishi.api.message.PartFilter;

/** What is to be changed in a body on its way out. */
record Changes(List<Change> list) {

    static final Changes NONE = new Changes(List.of());

    sealed interface Change {}

    record Banner(String text, String html) implements Change {}

    record Filter(String type, PartFilter filter) implements Change {}

    Changes with(Change change) {
        return new Changes(java.util.stream.Stream.concat(list.stream(), java.util.stream.Stream.of(change))
                .toList());
    }

    long size(StoredMessage message) throws IOException {
        return message.storedBody().size();
    }

    boolean addEightBit(StoredMessage message) {
        return false;
    }

    InputStream open(StoredMessage message) throws IOException {
        return message.storedBody().open();
    }

    void write(StoredMessage message, OutputStream out) throws IOException {
        message.storedBody().write(0, message.storedBody().size(), out);
    }
}
