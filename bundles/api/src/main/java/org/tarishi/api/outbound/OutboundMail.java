package org.tarishi.api.outbound;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.MailHost;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;

/** A mail in the outbound queue. */
@ProviderType
public interface OutboundMail {

    /** Returns the id: that of the transaction, a dot, a number. */
    String id();

    /** Returns the sender. */
    ReversePath sender();

    /** Returns the recipients that are still to be reached. */
    List<Recipient> recipients();

    /** Returns the domain that they share. */
    MailHost domain();

    /** Returns who had logged in to send it; nothing where nobody had, or a program sends it. */
    default Optional<String> user() {
        return Optional.empty();
    }

    /** Returns when it was queued. */
    Instant queuedAt();

    /** Returns how many attempts have failed. */
    int failures();

    /** Tells whether it may leave over TLS only (RFC 8689, or by a plugin's word). */
    boolean isTlsRequired();

    /** Has it leave over TLS only; there is no way back. */
    void requireTls();

    /** Returns notes in memory, gone with a restart. */
    Notes notes();

    /** Returns the transaction's notes that came with it, persisted. */
    Notes transactionNotes();

    /** Opens the message: header and body, CRLF line ends, not dot-stuffed. */
    InputStream open() throws IOException;
}
