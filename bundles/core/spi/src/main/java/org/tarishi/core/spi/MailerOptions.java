package org.tarishi.core.spi;

import java.util.HashMap;
import java.util.Map;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Text;
import org.tarishi.api.service.Mailer;

/**
 * How a message of a program is taken.
 *
 * @param isDotStuffed whether dots at the beginning of lines are doubled
 * @param notes what travels with the mails, by name
 * @param removesMessageId whether Message-ID is made anew
 * @param removesDate whether Date is made anew
 * @param origin where it comes from
 * @param requiresTls whether the mails leave over TLS only
 */
public record MailerOptions(
        boolean isDotStuffed,
        Map<String, StoredNote> notes,
        boolean removesMessageId,
        boolean removesDate,
        String origin,
        boolean requiresTls)
        implements Mailer.Options {

    /** A message as it is. */
    public static final MailerOptions AS_IT_IS = new MailerOptions(false, Map.of(), false, false, "program", false);

    /** Copies what could change. */
    public MailerOptions {
        notes = Map.copyOf(notes);
    }

    @Override
    public MailerOptions dotStuffed() {
        return new MailerOptions(true, notes, removesMessageId, removesDate, origin, requiresTls);
    }

    @Override
    public <T> MailerOptions note(NoteKey<T> key, T value) {
        var codec = key.codec()
                .orElseThrow(() -> new IllegalArgumentException(
                        "note " + key.name() + ": a note that travels with a mail wants a key with a codec"));
        var all = new HashMap<>(notes);
        all.put(key.name(), new StoredNote(codec.version(), codec.encode(value).clone()));
        return new MailerOptions(isDotStuffed, all, removesMessageId, removesDate, origin, requiresTls);
    }

    @Override
    public MailerOptions removeMessageId() {
        return new MailerOptions(isDotStuffed, notes, true, removesDate, origin, requiresTls);
    }

    @Override
    public MailerOptions removeDate() {
        return new MailerOptions(isDotStuffed, notes, removesMessageId, true, origin, requiresTls);
    }

    @Override
    public MailerOptions origin(String word) {
        if (word.isBlank() || !Text.escaped(word).equals(word)) {
            throw new IllegalArgumentException("want a word: " + Text.escaped(word));
        }
        return new MailerOptions(isDotStuffed, notes, removesMessageId, removesDate, word, requiresTls);
    }

    @Override
    public MailerOptions requireTls() {
        return new MailerOptions(isDotStuffed, notes, removesMessageId, removesDate, origin, true);
    }
}
