package org.tarishi.core.hooks;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AuthResults;
import org.tarishi.api.Hello;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Notes;
import org.tarishi.api.Peer;
import org.tarishi.api.Reply;
import org.tarishi.api.Results;
import org.tarishi.api.SessionCounters;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Tls;

/** A connection as one call sees it. */
final class ConnectionView implements SmtpConnection {

    private final Call call;
    private final SmtpConnection live;
    private boolean isGranted;
    private @Nullable Notes notes;
    private @Nullable Results results;
    private @Nullable AuthResults authResults;

    ConnectionView(Call call, SmtpConnection live) {
        this.call = call;
        this.live = live;
    }

    @Override
    public String id() {
        return live.id();
    }

    @Override
    public Instant startedAt() {
        return live.startedAt();
    }

    @Override
    public Peer local() {
        return live.local();
    }

    @Override
    public Peer remote() {
        return live.remote();
    }

    @Override
    public Optional<InetSocketAddress> proxy() {
        return live.proxy();
    }

    @Override
    public String listener() {
        return live.listener();
    }

    @Override
    public ListenerMode mode() {
        return live.mode();
    }

    @Override
    public Optional<Hello> hello() {
        return live.hello();
    }

    @Override
    public boolean isEsmtp() {
        return live.isEsmtp();
    }

    @Override
    public Optional<Tls> tls() {
        return live.tls();
    }

    @Override
    public Optional<String> user() {
        return live.user();
    }

    @Override
    public String protocol() {
        return live.protocol();
    }

    @Override
    public List<String> capabilities() {
        return live.capabilities();
    }

    @Override
    public boolean isPipelining() {
        return live.isPipelining();
    }

    @Override
    public boolean isEarlyTalker() {
        return live.isEarlyTalker();
    }

    @Override
    public boolean isRelaying() {
        return (isGranted && call.isOpen()) || live.isRelaying();
    }

    @Override
    public void grantRelaying(String reason) {
        call.edit(() -> live.grantRelaying(reason));
        isGranted = true;
    }

    @Override
    public String currentLine() {
        return live.currentLine();
    }

    @Override
    public Optional<Reply> lastReply() {
        return live.lastReply();
    }

    @Override
    public Optional<Reply> lastRefusal() {
        return live.lastRefusal();
    }

    @Override
    public SessionCounters counters() {
        return live.counters();
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
