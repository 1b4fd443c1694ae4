package org.tarishi.core.hooks;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.AuthResult;
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
import org.tarishi.core.spi.Hooks;

/** A live connection. */
class FakeConnection implements SmtpConnection {

    private final String id;
    private final Notes notes;
    private final Results results;
    private final AuthResults authResults = new FakeAuthResults();
    private final InetSocketAddress client;
    private volatile boolean isRelaying;

    FakeConnection(String id, Hooks hooks) {
        this(id, hooks, "192.0.2.1");
    }

    FakeConnection(String id, Hooks hooks, String client) {
        this.id = id;
        this.client = new InetSocketAddress(InetAddress.ofLiteral(client), 4025);
        this.notes = hooks.newNotes();
        this.results = hooks.newResults(id);
    }

    static final class FakeAuthResults implements AuthResults {
        private final List<AuthResult> all = new ArrayList<>();

        @Override
        public void add(AuthResult fragment) {
            all.add(fragment);
        }

        @Override
        public List<AuthResult> all() {
            return List.copyOf(all);
        }
    }

    private record FakePeer(InetSocketAddress address) implements Peer {

        @Override
        public Optional<String> name() {
            return Optional.empty();
        }

        @Override
        public boolean isPrivate() {
            return false;
        }

        @Override
        public boolean isLocal() {
            return false;
        }
    }

    private record FakeCounters(
            int transactions,
            int errors,
            int recipientsAccepted,
            int recipientsDeferred,
            int recipientsRejected,
            int messagesAccepted,
            int messagesDeferred,
            int messagesRejected,
            long bytesReceived)
            implements SessionCounters {}

    @Override
    public String id() {
        return id;
    }

    @Override
    public Instant startedAt() {
        return Instant.EPOCH;
    }

    @Override
    public Peer local() {
        return new FakePeer(client);
    }

    @Override
    public Peer remote() {
        return new FakePeer(client);
    }

    @Override
    public Optional<InetSocketAddress> proxy() {
        return Optional.empty();
    }

    @Override
    public String listener() {
        return "smtp";
    }

    @Override
    public ListenerMode mode() {
        return ListenerMode.SMTP;
    }

    @Override
    public Optional<Hello> hello() {
        return Optional.empty();
    }

    @Override
    public boolean isEsmtp() {
        return true;
    }

    @Override
    public Optional<Tls> tls() {
        return Optional.empty();
    }

    @Override
    public Optional<String> user() {
        return Optional.empty();
    }

    @Override
    public String protocol() {
        return "ESMTP";
    }

    @Override
    public List<String> capabilities() {
        return List.of();
    }

    @Override
    public boolean isPipelining() {
        return false;
    }

    @Override
    public boolean isEarlyTalker() {
        return false;
    }

    @Override
    public boolean isRelaying() {
        return isRelaying;
    }

    @Override
    public void grantRelaying(String reason) {
        isRelaying = true;
    }

    @Override
    public String currentLine() {
        return "";
    }

    @Override
    public Optional<Reply> lastReply() {
        return Optional.empty();
    }

    @Override
    public Optional<Reply> lastRefusal() {
        return Optional.empty();
    }

    @Override
    public SessionCounters counters() {
        return new FakeCounters(0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public Notes notes() {
        return notes;
    }

    @Override
    public Results results() {
        return results;
    }

    @Override
    public AuthResults authResults() {
        return authResults;
    }
}
