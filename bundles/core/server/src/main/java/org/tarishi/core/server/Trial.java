package org.tarishi.core.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Moment;
import org.tarishi.api.Reply;
import org.tarishi.api.Text;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.RdnsResult;
import org.tarishi.api.message.Headers;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.Tables;
import org.tarishi.core.server.Session.Want;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.MessageStore;
import org.tarishi.core.spi.OutboundQueue;

/**
 * One session through the live chains without a network: client, wire and server of one {@link Session}, all on the thread that calls
 * {@link #play}, and the report of what happens.
 *
 * <p>No limit of the server counts it, and it has no time-out but those of the plugins.
 */
final class Trial implements Session.Core, Session.Wire, Rehearsal {

    /** What the id of a session begins with that is only tried. */
    static final String MARK = "try-";

    /** Header fields that are shown at most. */
    private static final int MOST_FIELDS = 40;

    private static final int PIECE = 8 * 1024;

    /** The client is not interested any more. */
    private static final class GoneException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        GoneException(IOException cause) {
            super(cause);
        }
    }

    /**
     * What the client does.
     *
     * @param name its name, empty for none; null where it is looked up
     * @param hello what it says of itself
     * @param sender the argument of {@code MAIL FROM:}
     * @param recipients the arguments of {@code RCPT TO:}
     * @param isRelaying whether it may relay from the start
     * @param isSecured whether TLS is there from the start
     * @param queues whether the message may be taken
     */
    record Client(
            InetSocketAddress address,
            @Nullable String name,
            String hello,
            String sender,
            List<String> recipients,
            boolean isRelaying,
            boolean isSecured,
            boolean queues) {}

    private final Server server;
    private final Client client;
    private final ListenerMode mode;
    private final Appendable out;
    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Session session;

    private volatile boolean heard;
    private volatile String by = "";
    private volatile boolean isWithheld;
    private @Nullable Reply reply;
    private boolean isClosed;
    private boolean hasEnded;

    Trial(
            Server server,
            Settings settings,
            String listener,
            ListenerMode mode,
            InetSocketAddress local,
            Client client,
            Appendable out) {
        this.server = server;
        this.client = client;
        this.mode = mode;
        this.out = out;
        this.session = new Session(
                MARK + server.nextId(), listener, mode, settings, new Route(local, client.address(), null), this, this);
    }

    /**
     * Plays it to its end.
     *
     * @param message what the client sends; its lines may end as they like
     * @return whether the message was accepted, or would be
     */
    boolean play(InputStream message) throws IOException {
        boolean isAccepted;
        try {
            say("try " + ListenerSettings.text(client.address()) + " at " + session.listener() + " ("
                    + mode.name().toLowerCase(Locale.ROOT) + "), as " + session.id());
            isAccepted = talk(message);
        } catch (GoneException e) {
            throw new IOException(e.getCause());
        } finally {
            leave();
        }
        return isAccepted;
    }

    private boolean talk(InputStream message) throws IOException {
        session.open(Optional.empty());
        if (!accepted("the connection")) {
            return false;
        }
        if (client.isRelaying()) {
            session.grantRelaying("try");
        }
        command((mode == ListenerMode.LMTP ? "LHLO " : "EHLO ") + client.hello());
        if (!accepted("the hello")) {
            return false;
        }
        command("MAIL FROM:" + client.sender());
        if (!accepted("the sender")) {
            return false;
        }
        int taken = 0;
        for (var recipient : client.recipients()) {
            command("RCPT TO:" + recipient);
            if (isPositive()) {
                taken++;
            } else if (isClosed) {
                return accepted("the recipient");
            }
        }
        if (taken == 0) {
            return accepted("all recipients");
        }
        command("DATA");
        if (session.wants() != Want.DATA) {
            return accepted("DATA");
        }
        data(message);
        if (!accepted("the message")) {
            return false;
        }
        var refused = client.recipients().size() - taken;
        var some = refused == 0
                ? ""
                : ", without " + refused + " of " + client.recipients().size() + " recipients";
        var taker = by.isEmpty() ? "" : " by " + by;
        goodbye();
        say("outcome: " + (isWithheld ? "passed, up to the queue" : "accepted" + taker) + some);
        return true;
    }

    /** Tells whether the last reply was a yes; if not, says goodbye, and tells what became of it. */
    private boolean accepted(String what) {
        settle();
        if (isPositive()) {
            return true;
        }
        var last = reply;
        var who = by;
        goodbye();
        var how = last == null ? "ended without a word" : last.isTransient() ? "deferred" : "refused";
        say("outcome: " + what + " " + how + (who.isEmpty() ? "" : " by " + who) + (last == null ? "" : ": " + last));
        return false;
    }

    private boolean isPositive() {
        var last = reply;
        return last != null && last.code() < 400;
    }

    private void goodbye() {
        if (!isClosed) {
            command("QUIT");
        }
    }

    private void command(String line) {
        say("C: " + line);
        begin();
        var bytes = line.getBytes(StandardCharsets.UTF_8);
        session.counted(bytes.length + 2);
        session.line(bytes);
        settle();
    }

    private void begin() {
        reply = null;
        heard = false;
        by = "";
    }

    /** Sends the message as RFC 5321 section 4.5.2 wants it. */
    private void data(InputStream message) throws IOException {
        say("C: (the message)");
        begin();
        var piece = new Dotted(message);
        for (var next = piece.next(PIECE); next.hasRemaining(); next = piece.next(PIECE)) {
            session.counted(next.remaining());
            while (next.hasRemaining() && session.wants() == Want.DATA) {
                session.data(next);
                settle();
            }
        }
        settle();
    }

    // ---- the session's thread ----

    /** Does what is to be done until the session wants something of its client, or has hung up. */
    private void settle() {
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        while (session.wants() == Want.NOTHING && !isClosed) {
            next().run();
        }
    }

    private Runnable next() {
        try {
            return tasks.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Lets everything go; also when it failed on the way. */
    private void leave() {
        isClosed = true;
        session.gone();
        while (!hasEnded) {
            next().run();
        }
    }

    private void say(String line) {
        try {
            out.append(Text.escaped(line)).append('\n');
        } catch (IOException e) {
            throw new GoneException(e);
        }
    }

    // ---- the wire ----

    @Override
    public void write(Reply given, boolean utf8) {
        reply = given;
        if (!heard) {
            tell("  no plugin is asked");
        }
        heard = true;
        var lines = given.lines();
        var status = given.enhanced().map(one -> one + " ").orElse("");
        for (int i = 0; i < lines.size(); i++) {
            tell("S: " + given.code() + (i < lines.size() - 1 ? '-' : ' ') + status + lines.get(i));
        }
    }

    @Override
    public void challenge(String base64) {
        tell("S: 334 " + base64);
    }

    @Override
    public void later(Duration time, Runnable code) {
        // Nobody tries anything out who has to be slowed down.
        tasks.add(code);
    }

    @Override
    public void close(boolean politely) {
        isClosed = true;
        tell("S: (hangs up)");
    }

    @Override
    public void resume() {
        // Whoever plays asks the session what it wants.
    }

    @Override
    public boolean hasMore() {
        return false;
    }

    @Override
    public Executor turn() {
        return tasks::add;
    }

    // ---- the server ----

    @Override
    public @Nullable Hooks hooks() {
        return server.hooks();
    }

    @Override
    public Security security() {
        return client.isSecured() ? Security.pretended(new PretendedTls()) : Security.none();
    }

    @Override
    public @Nullable Reply overload() {
        // What the chain thinks of a mail is worth knowing then, too.
        return null;
    }

    @Override
    public @Nullable MessageStore store() {
        return server.store();
    }

    @Override
    public @Nullable OutboundQueue outbound() {
        return server.outbound();
    }

    @Override
    public @Nullable Dns dns() {
        return server.dns();
    }

    @Override
    public @Nullable Tables tables() {
        return server.tables();
    }

    @Override
    public AuthThrottle throttle() {
        return server.throttle();
    }

    @Override
    public ZonedDateTime now() {
        return server.now();
    }

    @Override
    public void block(Runnable code) {
        server.block(code);
    }

    @Override
    public void ended(Session one) {
        hasEnded = true;
    }

    @Override
    public Rehearsal rehearsal() {
        return this;
    }

    // ---- the rehearsal; on whatever thread the chain runs ----

    /** Must not throw: that the reader has gone is found out on the way. */
    private void tell(String line) {
        try {
            say(line);
        } catch (GoneException e) {
            tasks.add(() -> {
                throw e;
            });
        }
    }

    @Override
    public @Nullable String name() {
        return client.name();
    }

    @Override
    public boolean mayQueue(Moment moment, Headers headers) {
        var fields = headers.fields();
        tell("  the header as it is now:");
        for (var field : fields.subList(0, Math.min(MOST_FIELDS, fields.size()))) {
            new String(field.bytes(), StandardCharsets.UTF_8)
                    .lines()
                    .forEach(line -> tell("    " + line.replace('\t', ' ')));
        }
        if (fields.size() > MOST_FIELDS) {
            tell("    and " + (fields.size() - MOST_FIELDS) + " more fields");
        }
        if (!client.queues()) {
            heard = true;
            isWithheld = true;
            tell("  " + moment.key() + "  not asked, nothing is kept; --queue asks");
        }
        return client.queues();
    }

    @Override
    public void heard(Moment moment, String plugin, Outcome outcome, long nanos) {
        heard = true;
        var text = switch (outcome) {
            case Outcome.Answered(var answer) -> {
                var given = verdict(answer);
                if (!given.equals(NO_OPINION) && moment != Moment.QUEUE_OK) {
                    by = plugin;
                }
                yield given;
            }
            case Outcome.Fault(var why, var isNoOpinion) -> {
                if (!isNoOpinion) {
                    by = plugin;
                }
                yield "FAULT, counts as " + (isNoOpinion ? NO_OPINION : "DENYSOFT") + ": " + why;
            }
            case Outcome.Skipped() -> "not asked, the transaction skips it";
        };
        tell(String.format(Locale.ROOT, "  %-14s %-24s %9.3f ms  %s", moment.key(), plugin, nanos / 1e6, text));
    }

    private static final String NO_OPINION = "no opinion";

    private static String verdict(Object answer) {
        return switch (answer) {
            case HookResult.Continue() -> NO_OPINION;
            case HookResult.Ok(var words) -> words == null ? "OK" : "OK: " + words.text();
            case HookResult.Deny(var words, var close) ->
                (close ? "DENYDISCONNECT: " : "DENY: ") + words.reply().text();
            case HookResult.DenySoft(var words, var close) ->
                (close ? "DENYSOFTDISCONNECT: " : "DENYSOFT: ") + words.reply().text();
            case HookResult.Disconnect() -> "DISCONNECT";
            case RdnsResult.Name(var name) -> "the name is " + name.ascii();
            case RdnsResult.NoName() -> "there is no name";
            case RdnsResult.Answer(var result) -> verdict(result);
            case CommandResult.Answer(var result) -> verdict(result);
            default -> String.valueOf(answer);
        };
    }
}
