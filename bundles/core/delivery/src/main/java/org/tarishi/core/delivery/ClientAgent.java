package org.tarishi.core.delivery;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;
import org.tarishi.api.Text;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.NoConnectionException;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.UnknownOutcomeException;
import org.tarishi.core.spi.DeliveryAgent;
import org.tarishi.core.spi.LiveMessage;

/** Hands mail to next hops that settings name, by the SMTP client. Names in DNS are not asked for. */
@Component(service = DeliveryAgent.class, configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class ClientAgent implements DeliveryAgent {

    private static final int LONGEST = 300;
    private static final int BUSY = 421;

    private static final Reply NO_ROUTE =
            StatusReason.NET_UNABLE_TO_ROUTE.reply(451, "no route and no smart host is set for this domain");

    private static final Reply NO_CONNECTION =
            StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(451, "all connections of this host are in use");

    /** RFC 8689 section 4.2.1: better later than in the clear. */
    private static final Reply NO_TLS =
            Reply.of(450, new EnhancedStatus(4, 7, 30), "the mail must leave over TLS, which is not spoken here yet");

    private final SmtpClient client;
    private final LongSupplier nanos;
    private volatile Settings settings;

    /** Makes one; for the runtime. */
    @Activate
    public ClientAgent(Config config, @Reference SmtpClient client) {
        this(new Settings(config), client, System::nanoTime);
    }

    ClientAgent(Settings settings, SmtpClient client, LongSupplier nanos) {
        this.settings = settings;
        this.client = client;
        this.nanos = nanos;
    }

    @Modified
    void modified(Config config) {
        settings = new Settings(config);
    }

    @Override
    public MxResult route(OutboundMail mail) {
        return settings.of(mail.domain().ascii().toLowerCase(Locale.ROOT))
                .map(MxResult::routes)
                .orElseGet(() -> MxResult.defer(NO_ROUTE));
    }

    @Override
    public Attempt attempt(OutboundMail mail, LiveMessage message, List<Route> routes) {
        long from = nanos.getAsLong();
        if (mail.isTlsRequired()) {
            return new Attempt(same(mail, NO_TLS), Reach.NONE, null, Duration.ZERO);
        }
        Attempt last = null;
        for (var route : routes) {
            last = attempt(mail, message, route, from);
            // RFC 5321 section 5.1: another host may take what this one does not now; what one has, or may have, is its
            // own
            if (last.reach() == Reach.ANSWERED
                    || last.reach() == Reach.UNKNOWN
                    || last.reach() == Reach.NO_CONNECTION) {
                return last;
            }
        }
        return last == null ? new Attempt(same(mail, NO_ROUTE), Reach.NONE, null, Duration.ZERO) : last;
    }

    private Attempt attempt(OutboundMail mail, LiveMessage message, Route route, long from) {
        try {
            var outcome = client.send(
                    route,
                    mail.sender(),
                    mail.recipients(),
                    message,
                    client.options().connectTimeout(settings.connectTimeout()));
            return new Attempt(results(mail, outcome), reach(outcome), hop(route), took(from));
        } catch (UnknownOutcomeException e) {
            return failed(mail, route, Reach.UNKNOWN, "the connection broke behind the final dot", e, from);
        } catch (NoConnectionException e) {
            return new Attempt(same(mail, NO_CONNECTION), Reach.NO_CONNECTION, null, took(from));
        } catch (IOException e) {
            return failed(mail, route, Reach.UNREACHED, "no answer", e, from);
        }
    }

    private Attempt failed(OutboundMail mail, Route route, Reach reach, String what, IOException e, long from) {
        var why = e.getMessage();
        var text = Text.escaped(
                what + " from " + route + ": " + (why == null ? e.getClass().getSimpleName() : why));
        var reply = StatusReason.NET_NO_ANSWER.reply(451, shown(text));
        return new Attempt(same(mail, reply), reach, hop(route), took(from));
    }

    /** A line of a reply has a length, and what a peer said of itself may be longer. */
    private static String shown(String text) {
        var ascii = new StringBuilder();
        text.chars().limit(LONGEST).forEach(c -> ascii.append(c < 0x80 ? (char) c : '?'));
        return ascii.toString();
    }

    private static Reach reach(SmtpClient.Outcome outcome) {
        boolean isBusy = outcome.decisive().code() == BUSY
                || (outcome.isSessionRefused() && outcome.decisive().isTransient());
        return isBusy && outcome.data().stream().noneMatch(Reply::isPositive) ? Reach.BUSY : Reach.ANSWERED;
    }

    /** Says for each recipient what decided it. */
    private static List<Result> results(OutboundMail mail, SmtpClient.Outcome outcome) {
        int count = mail.recipients().size();
        if (outcome.refusal().isPresent()) {
            return same(mail, outcome.refusal().get());
        }
        var results = new ArrayList<Result>(count);
        var data = outcome.data().iterator();
        boolean isOne = outcome.data().size() == 1;
        for (int i = 0; i < count; i++) {
            var said = i < outcome.recipients().size() ? outcome.recipients().get(i) : null;
            if (said != null && !said.isPositive()) {
                results.add(new Result(said));
            } else {
                results.add(new Result(
                        isOne ? outcome.data().getFirst() : data.hasNext() ? data.next() : outcome.decisive()));
            }
        }
        return results;
    }

    private static List<Result> same(OutboundMail mail, Reply reply) {
        return Collections.nCopies(mail.recipients().size(), new Result(reply));
    }

    private static Hop hop(Route route) {
        return new Hop(route, route.host().orElse("localhost"), null, false, false, false);
    }

    private Duration took(long from) {
        return Duration.ofNanos(nanos.getAsLong() - from);
    }
}
