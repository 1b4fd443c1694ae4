package org.tarishi.core.hooks;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import org.tarishi.api.MailHost;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.core.spi.Hooks;

/** A live mail in the queue. */
final class FakeMail implements OutboundMail {

    private final Recipient recipient = Recipient.parse("<a@b.example>");
    private final Notes notes;
    private final Notes transactionNotes;
    private boolean isTlsRequired;

    FakeMail(Hooks hooks) {
        notes = hooks.newNotes();
        transactionNotes = hooks.newNotes();
    }

    @Override
    public String id() {
        return "C1.1.1";
    }

    @Override
    public ReversePath sender() {
        return ReversePath.NULL;
    }

    @Override
    public List<Recipient> recipients() {
        return List.of(recipient);
    }

    @Override
    public MailHost domain() {
        return recipient.mailbox().host();
    }

    @Override
    public Instant queuedAt() {
        return Instant.EPOCH;
    }

    @Override
    public int failures() {
        return 0;
    }

    @Override
    public boolean isTlsRequired() {
        return isTlsRequired;
    }

    @Override
    public void requireTls() {
        isTlsRequired = true;
    }

    @Override
    public Notes notes() {
        return notes;
    }

    @Override
    public Notes transactionNotes() {
        return transactionNotes;
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(new byte[0]);
    }
}
