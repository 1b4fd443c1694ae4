package org.tarishi.core.hooks;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.MailHost;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.outbound.OutboundMail;

/** A queued mail as one call sees it. */
final class MailView implements OutboundMail {

    private final Call call;
    private final OutboundMail live;
    private boolean isTlsRequired;
    private @Nullable Notes notes;
    private @Nullable Notes transactionNotes;

    MailView(Call call, OutboundMail live) {
        this.call = call;
        this.live = live;
    }

    @Override
    public String id() {
        return live.id();
    }

    @Override
    public ReversePath sender() {
        return live.sender();
    }

    @Override
    public List<Recipient> recipients() {
        return live.recipients();
    }

    @Override
    public MailHost domain() {
        return live.domain();
    }

    @Override
    public Optional<String> user() {
        return live.user();
    }

    @Override
    public Instant queuedAt() {
        return live.queuedAt();
    }

    @Override
    public int failures() {
        return live.failures();
    }

    @Override
    public boolean isTlsRequired() {
        return (isTlsRequired && call.isOpen()) || live.isTlsRequired();
    }

    @Override
    public void requireTls() {
        call.edit(live::requireTls);
        isTlsRequired = true;
    }

    @Override
    public Notes notes() {
        var view = notes;
        if (view == null) {
            view = new NotesView(call, live.notes());
            notes = view;
        }
        return view;
    }

    @Override
    public Notes transactionNotes() {
        var view = transactionNotes;
        if (view == null) {
            view = new NotesView(call, live.transactionNotes());
            transactionNotes = view;
        }
        return view;
    }

    @Override
    public InputStream open() throws IOException {
        return live.open();
    }
}
