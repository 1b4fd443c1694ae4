package org.tarishi.core.hooks;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AuthResults;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipients;
import org.tarishi.api.Results;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.message.Headers;

/** A transaction as one call sees it. */
final class TransactionView implements Transaction {

    private final Call call;
    private final Transaction live;
    private @Nullable ReversePath sender;
    private boolean isGranted;
    private boolean isDiscarding;
    private @Nullable Set<String> skipped;
    private @Nullable Recipients recipients;
    private @Nullable Notes notes;
    private @Nullable Results results;
    private @Nullable AuthResults authResults;

    TransactionView(Call call, Transaction live) {
        this.call = call;
        this.live = live;
    }

    @Override
    public String id() {
        return live.id();
    }

    @Override
    public SmtpConnection connection() {
        return call.connection();
    }

    @Override
    public Instant startedAt() {
        return live.startedAt();
    }

    @Override
    public ReversePath sender() {
        var own = sender;
        return own != null && call.isOpen() ? own : live.sender();
    }

    @Override
    public void replaceSender(ReversePath other) {
        call.edit(() -> live.replaceSender(other));
        sender = other;
    }

    @Override
    public Recipients recipients() {
        var view = recipients;
        if (view == null) {
            view = new RecipientsView(call, live.recipients());
            recipients = view;
        }
        return view;
    }

    @Override
    public int recipientsTried() {
        return live.recipientsTried();
    }

    @Override
    public Headers headers() {
        return call.headers();
    }

    @Override
    public long size() {
        return live.size();
    }

    @Override
    public boolean isRelaying() {
        return (isGranted && call.isOpen())
                || live.isRelaying()
                || call.connection().isRelaying();
    }

    @Override
    public void grantRelaying(String reason) {
        call.edit(() -> live.grantRelaying(reason));
        isGranted = true;
    }

    @Override
    public Set<String> skippedPlugins() {
        var own = skipped;
        if (own == null || !call.isOpen()) {
            return live.skippedPlugins();
        }
        var all = new HashSet<>(live.skippedPlugins());
        all.addAll(own);
        return Set.copyOf(all);
    }

    @Override
    public void skipPlugin(String plugin) {
        call.edit(() -> live.skipPlugin(plugin));
        var own = skipped;
        if (own == null) {
            own = new HashSet<>(2);
            skipped = own;
        }
        own.add(plugin);
    }

    @Override
    public boolean isDiscarding() {
        return (isDiscarding && call.isOpen()) || live.isDiscarding();
    }

    @Override
    public void discardBody() {
        call.edit(live::discardBody);
        isDiscarding = true;
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
    public Results results() {
        var view = results;
        if (view == null) {
            view = new ResultsView(call, live.results());
            results = view;
        }
        return view;
    }

    @Override
    public AuthResults authResults() {
        var view = authResults;
        if (view == null) {
            view = new AuthResultsView(call, live.authResults());
            authResults = view;
        }
        return view;
    }
}
