package org.tarishi.core.scheduler;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.MailHost;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.core.spi.LiveMessage;
import org.tarishi.core.spi.LiveNotes;
import org.tarishi.core.spi.QueuedMail;
import org.tarishi.core.spi.RecipientState.Standing;

/** A queued mail while it is dealt with: what plugins see views of. Its message is opened when somebody wants it. */
final class LiveMail implements OutboundMail, AutoCloseable {

    private final QueuedMail queued;
    private final List<Integer> places;
    private final List<Recipient> pending;
    private final Notes notes;
    private final LiveNotes transactionNotes;
    private final Opener opener;
    private @Nullable LiveMessage message;
    private volatile boolean isTlsRequired;

    /** Opens the message of the mail. */
    @FunctionalInterface
    interface Opener {
        LiveMessage open() throws IOException;
    }

    LiveMail(QueuedMail queued, Notes notes, LiveNotes transactionNotes, Opener opener) {
        this.queued = queued;
        this.notes = notes;
        this.transactionNotes = transactionNotes;
        this.opener = opener;
        this.isTlsRequired = queued.state().tlsRequired();
        var numbers = new ArrayList<Integer>();
        var open = new ArrayList<Recipient>();
        var states = queued.state().recipients();
        for (int i = 0; i < states.size(); i++) {
            if (states.get(i).standing() == Standing.PENDING) {
                numbers.add(i);
                open.add(queued.recipients().get(i));
            }
        }
        places = List.copyOf(numbers);
        pending = List.copyOf(open);
    }

    QueuedMail queued() {
        return queued;
    }

    /** Returns the places of {@link #recipients()} among all recipients. */
    List<Integer> places() {
        return places;
    }

    LiveNotes keptNotes() {
        return transactionNotes;
    }

    /** Returns the message, opened once. */
    synchronized LiveMessage message() throws IOException {
        var open = message;
        if (open == null) {
            open = opener.open();
            message = open;
        }
        return open;
    }

    @Override
    public String id() {
        return queued.id();
    }

    @Override
    public ReversePath sender() {
        return queued.sender();
    }

    @Override
    public List<Recipient> recipients() {
        return pending;
    }

    @Override
    public MailHost domain() {
        return Optional.of(pending)
                .filter(all -> !all.isEmpty())
                .orElse(queued.recipients())
                .getFirst()
                .mailbox()
                .host();
    }

    @Override
    public Instant queuedAt() {
        return queued.queuedAt();
    }

    @Override
    public int failures() {
        return queued.state().failures();
    }

    @Override
    public Optional<String> user() {
        return Optional.ofNullable(queued.state().facts().get(Facts.USER));
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
    public InputStream open() throws IOException {
        return message().open();
    }

    @Override
    public synchronized void close() {
        var open = message;
        if (open != null) {
            message = null;
            open.close();
        }
    }
}
