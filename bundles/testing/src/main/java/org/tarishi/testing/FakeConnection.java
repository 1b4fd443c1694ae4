package org.tarishi.testing;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AuthResults;
import org.tarishi.api.Hello;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Peer;
import org.tarishi.api.Reply;
import org.tarishi.api.SessionCounters;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Tls;

/**
 * A client's connection that a test makes up.
 *
 * <p>It begins as a client that has connected and said nothing. What hooks change is seen at once: nothing here is a view that is
 * handed over or taken back. One thread at a time.
 *
 * <pre>{@code
 * var connection = FakeConnection.from("192.0.2.7").withHello(Hello.Verb.EHLO, "mx.example");
 * }</pre>
 */
public final class FakeConnection implements SmtpConnection {

    private static final SessionCounters NOTHING_DONE = new Counters(0, 0, 0, 0, 0, 0, 0, 0, 0);

    private FakePeer local = FakePeer.at("127.0.0.1", 25).named("mx.tarishi.example");
    private FakePeer remote;
    private @Nullable InetSocketAddress proxy;
    private ListenerMode mode = ListenerMode.SMTP;
    private @Nullable Hello hello;
    private @Nullable Tls tls;
    private @Nullable String user;
    private List<String> capabilities = List.of();
    private boolean pipelining;
    private boolean earlyTalker;
    private boolean relaying;
    private String currentLine = "";
    private @Nullable Reply lastReply;
    private @Nullable Reply lastRefusal;
    private SessionCounters counters = NOTHING_DONE;
    private final FakeNotes notes = new FakeNotes();
    private final FakeResults results = new FakeResults();
    private final FakeAuthResults authResults = new FakeAuthResults();

    private FakeConnection(FakePeer remote) {
        this.remote = remote;
    }

    /** Returns the connection of a client at this IPv4 or IPv6 address. */
    public static FakeConnection from(String address) {
        return new FakeConnection(FakePeer.at(address, 49152));
    }

    /** Sets what the client said of itself. */
    public FakeConnection withHello(Hello.Verb verb, String name) {
        hello = new Hello(verb, name);
        return this;
    }

    /** Sets the client's name, as a reverse look-up finds it. */
    public FakeConnection withRemoteName(String name) {
        remote = remote.named(name);
        return this;
    }

    /** Sets this host's name; {@code mx.tarishi.example} unless set. */
    public FakeConnection withLocalName(String name) {
        local = local.named(name);
        return this;
    }

    /** Sets the proxy that the connection came through. */
    public FakeConnection withProxy(InetSocketAddress address) {
        proxy = address;
        return this;
    }

    /** Sets what the listener is for. */
    public FakeConnection withMode(ListenerMode other) {
        mode = other;
        return this;
    }

    /** Sets the TLS layer. */
    public FakeConnection withTls(Tls layer) {
        tls = layer;
        return this;
    }

    /** Sets the authenticated user; who authenticates need not be let relay, see {@link #grantRelaying}. */
    public FakeConnection withUser(String name) {
        user = name;
        return this;
    }

    /** Sets the lines of the EHLO reply behind the first. */
    public FakeConnection withCapabilities(String... lines) {
        capabilities = List.of(lines);
        return this;
    }

    /** Has the client send commands in groups. */
    public FakeConnection withPipelining() {
        pipelining = true;
        return this;
    }

    /** Has the client talk before its turn. */
    public FakeConnection withEarlyTalk() {
        earlyTalker = true;
        return this;
    }

    /** Sets the line of the command that is being handled. */
    public FakeConnection withCurrentLine(String line) {
        currentLine = line;
        return this;
    }

    /** Sets the last reply, which is the last refusal too when it is one. */
    public FakeConnection withLastReply(Reply reply) {
        lastReply = reply;
        if (!reply.isPositive() && reply.code() >= 400) {
            lastRefusal = reply;
        }
        return this;
    }

    /** Sets the counters. */
    public FakeConnection withCounters(SessionCounters other) {
        counters = other;
        return this;
    }

    @Override
    public String id() {
        return "FAKE";
    }

    @Override
    public Instant startedAt() {
        return Instant.parse("2026-01-01T00:00:00Z");
    }

    @Override
    public Peer local() {
        return local;
    }

    @Override
    public Peer remote() {
        return remote;
    }

    @Override
    public Optional<InetSocketAddress> proxy() {
        return Optional.ofNullable(proxy);
    }

    @Override
    public String listener() {
        return "smtp";
    }

    @Override
    public ListenerMode mode() {
        return mode;
    }

    @Override
    public Optional<Hello> hello() {
        return Optional.ofNullable(hello);
    }

    @Override
    public boolean isEsmtp() {
        return hello != null && hello.verb() != Hello.Verb.HELO;
    }

    @Override
    public Optional<Tls> tls() {
        return Optional.ofNullable(tls);
    }

    @Override
    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    @Override
    public String protocol() {
        if (mode != ListenerMode.LMTP && !isEsmtp()) {
            return "SMTP";
        }
        return (mode == ListenerMode.LMTP ? "LMTP" : "ESMTP") + (tls == null ? "" : "S") + (user == null ? "" : "A");
    }

    @Override
    public List<String> capabilities() {
        return capabilities;
    }

    @Override
    public boolean isPipelining() {
        return pipelining;
    }

    @Override
    public boolean isEarlyTalker() {
        return earlyTalker;
    }

    @Override
    public boolean isRelaying() {
        return relaying;
    }

    @Override
    public void grantRelaying(String reason) {
        relaying = true;
    }

    @Override
    public String currentLine() {
        return currentLine;
    }

    @Override
    public Optional<Reply> lastReply() {
        return Optional.ofNullable(lastReply);
    }

    @Override
    public Optional<Reply> lastRefusal() {
        return Optional.ofNullable(lastRefusal);
    }

    @Override
    public SessionCounters counters() {
        return counters;
    }

    @Override
    public FakeNotes notes() {
        return notes;
    }

    @Override
    public FakeResults results() {
        return results;
    }

    @Override
    public AuthResults authResults() {
        return authResults;
    }

    private record Counters(
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
}
