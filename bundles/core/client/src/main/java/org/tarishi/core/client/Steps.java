package org.tarishi.core.client;

import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tarishi.api.BodyType;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.TlsFailedException;

/**
 * A session whose steps somebody else chooses, one command at a time.
 *
 * <p>Between steps there is one deadline, too: a dialogue that nobody goes on with, or has forgotten, gives its connection back. One
 * thread at a time, but for {@link #close} and {@link #isOver}.
 */
final class Steps implements SmtpClient.Dialogue {

    /** Longer than a client may think between its own commands. */
    private static final Duration IDLE = Duration.ofMinutes(15);

    private final Route route;
    private final Wire wire;
    private final Talk talk;
    private final Settings settings;
    private final Offer offer;
    private final Transfer transfer;
    private final SmtpClient.Session facts;
    private final Ticker ticker;
    private final Runnable ended;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private volatile boolean isBusy;
    private volatile long idleSince;
    private boolean isUnreset;
    private boolean isUtf8;
    private boolean isBinary;
    private int accepted;

    Steps(
            Route route,
            Wire wire,
            Talk talk,
            Settings settings,
            Offer offer,
            Transfer transfer,
            SmtpClient.Session facts,
            Ticker ticker,
            Runnable ended) {
        this.route = route;
        this.wire = wire;
        this.talk = talk;
        this.settings = settings;
        this.offer = offer;
        this.transfer = transfer;
        this.facts = facts;
        this.ticker = ticker;
        this.ended = ended;
        rest();
    }

    @Override
    public Optional<Reply> refusal() {
        return Optional.empty();
    }

    @Override
    public Optional<SmtpClient.Session> session() {
        return Optional.of(facts);
    }

    @Override
    public boolean isUsable() {
        return !isClosed.get() && !transfer.isGivenUp() && !talk.isGoodbye();
    }

    @Override
    public Reply mail(ReversePath from) throws IOException {
        isUtf8 = from.needsUtf8() || from.parameters().has("SMTPUTF8");
        isBinary = from.bodyType().filter(type -> type == BodyType.BINARY_MIME).isPresent();
        accepted = 0;
        if (isUtf8 && !offer.has("SMTPUTF8")) {
            return Session.NO_SMTPUTF8;
        }
        if (isBinary && !(offer.has("CHUNKING") && offer.has("BINARYMIME"))) {
            return Session.NO_BINARYMIME;
        }
        boolean isKeptToTls = from.parameters().has(Envelope.REQUIRE_TLS) && !route.isLmtp();
        if (isKeptToTls && !(wire.isSecured() && offer.has(Envelope.REQUIRE_TLS))) {
            throw new TlsFailedException(
                    TlsFailedException.Kind.NOT_OFFERED,
                    "the next hop does not promise to keep to TLS on its way (REQUIRETLS)");
        }
        long size = from.parameters()
                .value("SIZE")
                .filter(digits -> digits.matches("\\d{1,18}"))
                .map(Long::valueOf)
                .orElse(-1L);
        if (size > offer.mostBytes()) {
            return Session.tooBig(offer, size);
        }
        // Whether the message will have 8 bits is not known yet; to say that it may is never wrong.
        var form = new Envelope.Form(size, offer.has("8BITMIME") && !isBinary, isBinary, isUtf8);
        return step(() -> {
            var reply = ask(Envelope.mail(from, form, offer), settings.mailTimeout());
            isUnreset |= reply.isPositive();
            return reply;
        });
    }

    @Override
    public Reply rcpt(Recipient to) throws IOException {
        if (to.mailbox().needsUtf8() && !isUtf8) {
            return Session.NO_SMTPUTF8;
        }
        return step(() -> {
            var reply = ask(Envelope.rcpt(to, offer), settings.rcptTimeout());
            if (reply.isPositive()) {
                accepted++;
            }
            return reply;
        });
    }

    @Override
    public List<Reply> data(Message message) throws IOException {
        if (accepted == 0) {
            throw new IllegalStateException("no recipient was accepted");
        }
        if (message.isBinary() && !isBinary) {
            return List.of(Session.NO_BINARYMIME);
        }
        if (message.hasUtf8Headers() && !isUtf8 && !offer.has("SMTPUTF8") && !offer.has("8BITMIME")) {
            return List.of(Session.NO_SMTPUTF8);
        }
        Optional<SevenBit> converted = Optional.empty();
        if (message.isEightBit() && !isBinary && !offer.has("8BITMIME")) {
            converted = settings.convertEightBit() ? SevenBit.of(message) : Optional.empty();
            if (converted.isEmpty()) {
                return List.of(Session.NO_8BITMIME);
            }
        }
        long size = converted.isPresent() ? converted.get().size() : message.size();
        if (size > offer.mostBytes()) {
            return List.of(Session.tooBig(offer, size));
        }
        var seven = converted;
        return step(() -> {
            wire.limit(settings.transactionTimeout());
            int count = route.isLmtp() ? accepted : 1;
            List<Reply> replies;
            if (isBinary) {
                replies = transfer.chunk(message, count);
            } else {
                wire.begin("waiting for the reply to DATA", settings.dataTimeout());
                talk.put("DATA");
                wire.flush();
                var go = talk.reply("DATA");
                if (go.isPositive()) {
                    throw new ProtocolException("DATA answered with " + go);
                }
                if (go.code() / 100 != 3) {
                    return List.of(go);
                }
                replies = transfer.message(message, seven, count);
            }
            isUnreset = false;
            accepted = 0;
            return replies;
        });
    }

    @Override
    public void reset() throws IOException {
        accepted = 0;
        if (!isUnreset) {
            return;
        }
        step(() -> {
            var reply = ask("RSET", settings.mailTimeout());
            if (!reply.isPositive()) {
                throw new ProtocolException("RSET answered with " + reply);
            }
            isUnreset = false;
            return reply;
        });
    }

    /** What is said and heard in one step. */
    @FunctionalInterface
    private interface Exchange<T> {
        T run() throws IOException;
    }

    private <T> T step(Exchange<T> exchange) throws IOException {
        if (!isUsable()) {
            throw new IOException("the connection was closed");
        }
        isBusy = true;
        boolean isDone = false;
        try {
            var result = exchange.run();
            isDone = true;
            return result;
        } finally {
            rest();
            isBusy = false;
            if (!isDone || !isUsable()) {
                close();
            }
        }
    }

    private void rest() {
        wire.rest();
        idleSince = ticker.now();
        wire.begin("waiting for the next step", IDLE);
    }

    private Reply ask(String command, Duration time) throws IOException {
        var verb = command.substring(0, 4);
        wire.begin("waiting for the reply to " + verb, time);
        talk.put(command);
        wire.flush();
        return Session.notIntermediate(verb, talk.reply(verb));
    }

    /** Tells whether it has ended; ends it where nobody goes on with it. Any thread. */
    boolean isOver() {
        if (!isBusy && ticker.now() - idleSince >= IDLE.toNanos()) {
            close();
        }
        return isClosed.get();
    }

    /** Says QUIT without waiting for the answer where that makes sense, and closes. Any thread. */
    @Override
    public void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        if (isBusy || transfer.isGivenUp() || wire.isBroken()) {
            wire.close();
        } else {
            talk.trace("QUIT");
            wire.quit();
        }
        ended.run();
    }
}
