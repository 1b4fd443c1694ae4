package org.tarishi.api.service;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;

/** Sends mail that a program made: reports, notices, replies. */
@ProviderType
public interface Mailer {

    /**
     * Queues a message. Blocks until it is safe; the answer may be ignored.
     *
     * @param content header and body, CRLF or LF line ends; read to its end and closed
     * @return what became of it
     */
    Queued send(ReversePath from, List<Recipient> to, InputStream content, Options options) throws IOException;

    /** Returns the options that send a message as it is. */
    Options options();

    /** How a message is taken. Immutable; each method returns a new one. */
    @ProviderType
    interface Options {

        /** Says that the content is dot-stuffed. */
        Options dotStuffed();

        /** Adds a note that travels with the mails; the key must have a codec. */
        <T> Options note(NoteKey<T> key, T value);

        /** Removes Message-ID, so that a new one is made. */
        Options removeMessageId();

        /** Removes Date, so that a new one is made. */
        Options removeDate();

        /** Says where the message comes from, for the log and {@link org.tarishi.api.outbound.Submission#origin()}. */
        Options origin(String word);

        /** Has the mails leave over TLS only. */
        Options requireTls();
    }

    /** What became of a message. */
    @ProviderType
    interface Queued {

        /** Returns the id of the submission. */
        String id();

        /** Returns 250, or the refusal of a {@link org.tarishi.api.hook.SubmitHook}. */
        org.tarishi.api.Reply reply();
    }
}
