package org.tarishi.core.hooks;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipients;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Submission;
import org.tarishi.core.spi.LiveSubmission;

/** A submission as one call sees it. Where there is a transaction, sender, recipients and notes are that view's, so that both agree. */
final class SubmissionView implements Submission {

    private final Call call;
    private final LiveSubmission live;
    private @Nullable ReversePath sender;
    private @Nullable Recipients recipients;
    private @Nullable Notes notes;

    SubmissionView(Call call, LiveSubmission live) {
        this.call = call;
        this.live = live;
    }

    @Override
    public String id() {
        return live.id();
    }

    @Override
    public ReversePath sender() {
        if (call.hasTransaction()) {
            return call.transaction().sender();
        }
        var own = sender;
        return own != null && call.isOpen() ? own : live.sender();
    }

    @Override
    public void replaceSender(ReversePath other) {
        if (call.hasTransaction()) {
            call.transaction().replaceSender(other);
        } else {
            call.edit(() -> live.replaceSender(other));
            sender = other;
        }
    }

    @Override
    public Recipients recipients() {
        if (call.hasTransaction()) {
            return call.transaction().recipients();
        }
        var view = recipients;
        if (view == null) {
            view = new RecipientsView(call, live.recipients());
            recipients = view;
        }
        return view;
    }

    @Override
    public Message message() {
        return call.message();
    }

    @Override
    public Notes notes() {
        if (call.hasTransaction()) {
            return call.transaction().notes();
        }
        var view = notes;
        if (view == null) {
            view = new NotesView(call, live.notes());
            notes = view;
        }
        return view;
    }

    @Override
    public Optional<Transaction> transaction() {
        return call.hasTransaction() ? Optional.of(call.transaction()) : Optional.empty();
    }

    @Override
    public String origin() {
        return live.origin();
    }
}
