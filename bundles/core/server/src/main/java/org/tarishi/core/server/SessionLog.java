package org.tarishi.core.server;

import static org.tarishi.core.server.ListenerSettings.text;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.tarishi.api.Domain;
import org.tarishi.api.Mailbox;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Text;
import org.tarishi.api.Tls;

/** The lines about one session; one method for each thing worth telling, the id in the MDC. */
final class SessionLog {

    /** The key of the id in the MDC. */
    static final String ID = "id";

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.smtp");

    private final String id;

    SessionLog(String id) {
        this.id = id;
    }

    void connected(InetSocketAddress remote, InetSocketAddress local, String listener) {
        if (LOG.isDebugEnabled()) {
            say(id, () -> LOG.debug("connect ip={} local={} listener={}", text(remote), text(local), listener));
        }
    }

    void connectionRefused(InetSocketAddress remote, @Nullable Reply reply) {
        say(id, () -> LOG.info("connection refused ip={} reply=\"{}\"", text(remote), words(reply)));
    }

    void becomes(End client, InetSocketAddress said, String by) {
        say(
                id,
                () -> LOG.info(
                        "client is ip={} name={}, as ip={} says, by={}",
                        text(client.address()),
                        Text.escaped(client.name().orElse("")),
                        text(said),
                        by));
    }

    void senderRefused(String tx, ReversePath sender, @Nullable Reply reply, String by) {
        say(
                tx,
                () -> LOG.info(
                        "sender refused from={} by={} reply=\"{}\"",
                        Text.escaped(sender.toString()),
                        by,
                        words(reply)));
    }

    void recipientRefused(String tx, ReversePath sender, Recipient rcpt, @Nullable Reply reply, String by) {
        say(
                tx,
                () -> LOG.info(
                        "recipient refused to={} from={} by={} reply=\"{}\"",
                        Text.escaped(rcpt.toString()),
                        Text.escaped(sender.toString()),
                        by,
                        words(reply)));
    }

    void authenticated(String user, String mechanism, InetAddress ip) {
        say(
                id,
                () -> LOG.info(
                        "authenticated user={} mechanism={} ip={}",
                        Text.escaped(user),
                        mechanism,
                        ip.getHostAddress()));
    }

    void authenticationFailed(String mechanism, @Nullable String user, InetAddress ip, AuthThrottle.Failure failure) {
        say(
                id,
                () -> LOG.info(
                        "authentication failed user={} mechanism={} ip={}{}{}",
                        user == null ? "(not said)" : Text.escaped(user),
                        mechanism,
                        ip.getHostAddress(),
                        failure.ofAddress() > 1 ? " failures=" + failure.ofAddress() : "",
                        failure.untold() > 0 ? " untold=" + failure.untold() : ""));
    }

    void authenticationLimited(String mechanism, @Nullable String user, InetAddress ip) {
        if (LOG.isDebugEnabled()) {
            say(
                    id,
                    () -> LOG.debug(
                            "limit authFailuresOfUser reached user={} mechanism={} ip={}",
                            user == null ? "(not said)" : Text.escaped(user),
                            mechanism,
                            ip.getHostAddress()));
        }
    }

    void notTheirSender(String user, List<Mailbox> senders, InetAddress ip) {
        say(
                id,
                () -> LOG.info(
                        "sender refused user={} from={} ip={}: not one of the user's",
                        Text.escaped(user),
                        Text.escaped(senders.toString()),
                        ip.getHostAddress()));
    }

    void challenge() {
        if (LOG.isTraceEnabled()) {
            say(id, () -> LOG.trace("S: 334 (a challenge)"));
        }
    }

    void helloRefused(@Nullable Reply reply, String by) {
        say(id, () -> LOG.info("hello refused by={} reply=\"{}\"", by, words(reply)));
    }

    void message(MailTransaction tx, String outcome, @Nullable Reply reply, String by, long millis) {
        if (LOG.isInfoEnabled()) {
            say(
                    tx.id(),
                    () -> LOG.info(
                            "message {} from={}{} rcpts={} size={} by={} ms={} reply=\"{}\"",
                            outcome,
                            Text.escaped(tx.sender().toString()),
                            user(tx.connection()),
                            tx.recipients().all().size(),
                            tx.size(),
                            by,
                            millis,
                            words(reply)));
        }
    }

    void secured(Tls tls) {
        if (LOG.isDebugEnabled()) {
            say(
                    id,
                    () -> LOG.debug(
                            "tls protocol={} cipher={} name={} client={}",
                            tls.protocol(),
                            tls.cipherSuite(),
                            tls.serverName().map(Domain::ascii).orElse(""),
                            tls.clientCertificates().isEmpty()
                                    ? "anonymous"
                                    : Text.escaped(tls.clientCertificates()
                                                    .getFirst()
                                                    .getSubjectX500Principal()
                                                    .getName())
                                            + tls.verifyError()
                                                    .map(why -> " (not trusted: " + Text.escaped(why) + ")")
                                                    .orElse("")));
        }
    }

    void handshakeFailed(InetSocketAddress remote, String why) {
        say(id, () -> LOG.info("tls handshake failed ip={} reason=\"{}\"", text(remote), why));
    }

    void layerBroken(InetSocketAddress remote, String why) {
        say(id, () -> LOG.info("tls broken ip={} reason=\"{}\"", text(remote), why));
    }

    /** Somebody has sent more behind STARTTLS than a client does. */
    void thrownAway(InetSocketAddress remote, int bytes) {
        say(id, () -> LOG.info("plain text behind STARTTLS thrown away ip={} bytes={}", text(remote), bytes));
    }

    void timedOut(String where) {
        say(id, () -> LOG.info("timeout in {}", where));
    }

    void limit(String limit, InetSocketAddress remote) {
        say(id, () -> LOG.info("limit {} reached ip={}", limit, text(remote)));
    }

    void broken(Throwable cause) {
        say(id, () -> LOG.error("internal error, the session ends", cause));
    }

    void line(byte[] bytes) {
        if (LOG.isTraceEnabled()) {
            say(id, () -> LOG.trace("C: {}", Text.escaped(new String(bytes, StandardCharsets.UTF_8))));
        }
    }

    void reply(Reply reply) {
        if (LOG.isTraceEnabled()) {
            say(id, () -> LOG.trace("S: {}", reply));
        }
    }

    void disconnected(Session session, String rdns, long millis) {
        var counters = session.counters();
        boolean busy = counters.transactions() > 0 || counters.errors() > 0 || session.isEarlyTalker();
        if (busy ? !LOG.isInfoEnabled() : !LOG.isDebugEnabled()) {
            return;
        }
        say(
                id,
                () -> (busy ? LOG.atInfo() : LOG.atDebug())
                        .log(
                                "disconnect ip={} rdns={} helo={}{} relay={} early={} esmtp={} pipe={} errors={}"
                                        + " txns={} rcpts={}/{}/{} msgs={}/{}/{} bytes={} ms={}",
                                session.remote().address().getAddress().getHostAddress(),
                                Text.escaped(rdns),
                                Text.escaped(session.hello().map(h -> h.name()).orElse("")),
                                user(session),
                                session.isRelaying(),
                                session.isEarlyTalker(),
                                session.isEsmtp(),
                                session.isPipelining(),
                                counters.errors(),
                                counters.transactions(),
                                counters.recipientsAccepted(),
                                counters.recipientsDeferred(),
                                counters.recipientsRejected(),
                                counters.messagesAccepted(),
                                counters.messagesDeferred(),
                                counters.messagesRejected(),
                                counters.bytesReceived(),
                                millis));
    }

    private static String user(SmtpConnection connection) {
        return connection.user().map(user -> " user=" + Text.escaped(user)).orElse("");
    }

    private static String words(@Nullable Reply reply) {
        return reply == null ? "(none)" : reply.toString();
    }

    private static void say(String id, Runnable line) {
        MDC.put(ID, id);
        try {
            line.run();
        } finally {
            MDC.remove(ID);
        }
    }
}
