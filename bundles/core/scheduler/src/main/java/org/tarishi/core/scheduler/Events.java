package org.tarishi.core.scheduler;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.DeliveryAgent;
import org.tarishi.core.spi.FailureClasses;
import org.tarishi.core.spi.QueuedMail;

/**
 * Tells what happens to queued mail: a line of the log for people, a JSON object for programs. The README describes each member. Any
 * thread; never blocks for the disk.
 */
final class Events {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.queue");

    private final EventFile file;
    private final Clock clock;
    private final Supplier<@Nullable FailureClasses> classes;

    Events(EventFile file, Clock clock, Supplier<@Nullable FailureClasses> classes) {
        this.file = file;
        this.clock = clock;
        this.classes = classes;
    }

    private JsonLine line(String event, String id) {
        return new JsonLine()
                .with("time", clock.instant().toString())
                .with("event", event)
                .with("id", id);
    }

    private JsonLine line(String event, QueuedMail mail) {
        return line(event, mail.id())
                .with("submission", mail.submission())
                .with("sender", Envelope.sender(mail.sender()))
                .with("domain", mail.domain());
    }

    private static List<String> addresses(List<Recipient> recipients) {
        return recipients.stream().map(r -> r.mailbox().toString()).toList();
    }

    private JsonLine reply(JsonLine line, Reply reply, @Nullable String host) {
        var object = new JsonLine().with("code", reply.code());
        reply.enhanced().ifPresent(status -> object.with("status", status.toString()));
        line.with("reply", object.with("text", reply.text()));
        var known = classes.get();
        if (known != null && !reply.isPositive()) {
            line.with("class", known.classify(reply, host));
        }
        return line;
    }

    /** A mail is safe. */
    void queued(
            String id,
            String submission,
            ReversePath sender,
            List<Recipient> recipients,
            String domain,
            long size,
            String origin) {
        LOG.info("{} queued from={} to={} size={} origin={}", id, sender, recipients, size, origin);
        if (file.isOn()) {
            file.add(line("queued", id)
                    .with("submission", submission)
                    .with("sender", Envelope.sender(sender))
                    .with("domain", domain)
                    .with("recipients", addresses(recipients))
                    .with("size", size)
                    .with("origin", origin)
                    .toString());
        }
    }

    /** An attempt has ended; one line a recipient in the log, one object for each in the file. */
    void attempted(QueuedMail mail, Outcome outcome, int attempt, @Nullable Duration again) {
        var hop = outcome.attempt().hop();
        outcome.delivered().forEach(one -> attempted(mail, outcome, one, "delivered", hop, attempt, null));
        outcome.failed().forEach(one -> attempted(mail, outcome, one, "failed", hop, attempt, null));
        outcome.deferred().forEach(one -> attempted(mail, outcome, one, "deferred", hop, attempt, again));
    }

    private void attempted(
            QueuedMail mail,
            Outcome outcome,
            Outcome.One one,
            String event,
            DeliveryAgent.@Nullable Hop hop,
            int attempt,
            @Nullable Duration again) {
        var host = hop == null ? null : hop.host();
        if (LOG.isInfoEnabled()) {
            LOG.info(
                    "{} {} to={} host={} tls=\"{}\" attempt={} delay={}s{} reply=\"{}\"",
                    mail.id(),
                    event,
                    one.recipient(),
                    host == null ? "-" : host,
                    hop == null ? "-" : hop.tls(),
                    attempt,
                    Duration.between(mail.queuedAt(), clock.instant()).toSeconds(),
                    again == null ? "" : " again=" + again.toSeconds() + "s",
                    one.reply());
        }
        if (!file.isOn()) {
            return;
        }
        var line = line(event, mail)
                .with("recipient", one.recipient().mailbox().toString())
                .with("attempt", attempt)
                .with("tookMillis", outcome.attempt().took().toMillis())
                .with(
                        "queuedMillis",
                        Duration.between(mail.queuedAt(), clock.instant()).toMillis())
                .with("size", mail.size())
                .with("reach", outcome.attempt().reach().name().toLowerCase(java.util.Locale.ROOT));
        if (hop != null) {
            line.with("host", hop.host())
                    .with(
                            "address",
                            hop.address() == null ? null : hop.address().getHostAddress())
                    .with("port", hop.route().port())
                    .with("mode", hop.route().isLmtp() ? "lmtp" : "smtp")
                    .with("secured", hop.isSecured())
                    .with("tls", hop.tls())
                    .with("authenticated", hop.isAuthenticated());
        }
        if (again != null) {
            line.with("againMillis", again.toMillis());
        }
        file.add(reply(line, one.reply(), host).toString());
    }

    /** Something else happened to a mail: {@code expired}, {@code held}, {@code released}, {@code dropped}, {@code notified}. */
    void told(QueuedMail mail, String event, String why) {
        LOG.info("{} {}: {}", mail.id(), event, why);
        if (file.isOn()) {
            file.add(line(event, mail).with("reason", why).toString());
        }
    }

    /** A mail is not tried now, for a reason that is no failure. */
    void putOff(QueuedMail mail, Duration wait, String why) {
        LOG.debug("{} put off for {}: {}", mail.id(), wait, why);
    }

    Instant now() {
        return clock.instant();
    }
}
