package org.tarishi.testing;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.service.Mailer;

/** A queue that takes everything, until a test says otherwise. One thread at a time. */
public final class FakeMailer implements Mailer {

    private final List<Sent> sent = new ArrayList<>();
    private Reply reply = Reply.of(250, "Message Queued");
    private @Nullable IOException failure;

    /** Makes one. */
    public FakeMailer() {}

    /**
     * A message that was queued, or was tried to be.
     *
     * @param content the message as ISO 8859-1, one character a byte
     * @param notes the notes that travel with it, by name
     * @param origin where it comes from, empty where that was not said
     * @param isTlsRequired whether it may leave over TLS only
     */
    public record Sent(
            ReversePath from,
            List<Recipient> to,
            String content,
            Map<String, Object> notes,
            String origin,
            boolean isTlsRequired) {}

    /** Has it answer this from now on. */
    public FakeMailer answers(Reply other) {
        reply = other;
        return this;
    }

    /** Has it fail from now on. */
    public FakeMailer fails(IOException e) {
        failure = e;
        return this;
    }

    /** Returns what was queued so far, or was tried to be. */
    public List<Sent> sent() {
        return List.copyOf(sent);
    }

    @Override
    public Queued send(ReversePath from, List<Recipient> to, InputStream content, Options options) throws IOException {
        if (!(options instanceof Chosen chosen)) {
            throw new IllegalArgumentException("want options made of options()");
        }
        try (content) {
            var text = new String(content.readAllBytes(), java.nio.charset.StandardCharsets.ISO_8859_1);
            sent.add(new Sent(from, List.copyOf(to), text, chosen.notes, chosen.origin, chosen.isTlsRequired));
        }
        if (failure != null) {
            throw failure;
        }
        return new Taken("FAKE" + sent.size(), reply);
    }

    @Override
    public Options options() {
        return new Chosen(Map.of(), "", false);
    }

    private record Taken(String id, Reply reply) implements Queued {}

    private record Chosen(Map<String, Object> notes, String origin, boolean isTlsRequired) implements Options {

        @Override
        public Options dotStuffed() {
            throw new UnsupportedOperationException("this fake takes content as it is");
        }

        @Override
        public <T> Options note(NoteKey<T> key, T value) {
            if (key.codec().isEmpty()) {
                throw new IllegalArgumentException("the note " + key.name() + " has no codec and can't travel");
            }
            var more = new LinkedHashMap<>(notes);
            more.put(key.name(), value);
            return new Chosen(Map.copyOf(more), origin, isTlsRequired);
        }

        @Override
        public Options removeMessageId() {
            return this;
        }

        @Override
        public Options removeDate() {
            return this;
        }

        @Override
        public Options origin(String word) {
            return new Chosen(notes, word, isTlsRequired);
        }

        @Override
        public Options requireTls() {
            return new Chosen(notes, origin, true);
        }
    }
}
