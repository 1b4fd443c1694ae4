package org.tarishi.core.delivery;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tarishi.api.Domain;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.MailHost;
import org.tarishi.api.Reply;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.outbound.RouteTls.Level;
import org.tarishi.api.service.LookupException;
import org.tarishi.core.spi.MailMarks;

/**
 * Chooses the TLS that a next hop is spoken to by: what the operator says of the destination, else what the host or the domain publishes
 * (DANE before MTA-STS, RFC 8461 section 2), else the default; and never less than what the mail itself demands.
 */
final class TlsChoice {

    /** RFC 8689 section 2. */
    private static final String REQUIRE_TLS = "REQUIRETLS";

    private static final EnhancedStatus CRYPTO_FAILURE = new EnhancedStatus(4, 7, 5);
    private static final EnhancedStatus REQUIRETLS_NEEDED = new EnhancedStatus(4, 7, 30);

    /** What it came to. */
    sealed interface Choice {

        /** That. */
        record Speak(RouteTls tls) implements Choice {}

        /** The host must not be used now. */
        record Skip(Reply why) implements Choice {}
    }

    private final Dane dane;
    private final StsPolicies sts;
    private final TlsTelling telling;
    private final Path conf;

    /**
     * Makes one.
     *
     * @param conf where files of settings lie
     */
    TlsChoice(Dane dane, StsPolicies sts, TlsTelling telling, Path conf) {
        this.telling = telling;
        this.dane = dane;
        this.sts = sts;
        this.conf = conf;
    }

    /** What is known of a domain, asked once an attempt. */
    Of of(Settings now, OutboundMail mail, boolean isSecure) {
        return new Of(now, mail, isSecure);
    }

    /** Chooses for the hosts that DNS names for one mail. */
    final class Of {
        private final Settings now;
        private final OutboundMail mail;
        private final boolean isSecure;
        private final Map<String, Choice> choices = new HashMap<>();
        private final Optional<StsPolicy> policy;

        private Of(Settings now, OutboundMail mail, boolean isSecure) {
            this.now = now;
            this.mail = mail;
            this.isSecure = isSecure;
            this.policy = now.isStsUsed() && !isTlsOptional(mail) && mail.domain() instanceof Domain domain
                    ? sts.of(
                            domain,
                            new StsFetcher.From(
                                    now.stsPort(), now.stsAuthorities().map(conf::resolve)))
                    : Optional.empty();
        }

        /** Chooses for one. */
        Choice choose(Target target) {
            var kept = choices.get(target.host());
            if (kept == null) {
                kept = chosen(target);
                choices.put(target.host(), kept);
            }
            return kept;
        }

        private Choice chosen(Target target) {
            var domain = domain(mail.domain());
            var said = now.tlsTable().of(domain, target.host());
            if (said.isPresent()) {
                return new Choice.Speak(said.get());
            }
            if (isTlsOptional(mail)) {
                return new Choice.Speak(now.tls());
            }
            boolean isEnforced =
                    policy.map(each -> each.mode() == StsPolicy.Mode.ENFORCE).orElse(false);
            RouteTls tls;
            try {
                tls = isSecure && now.isDaneUsed()
                        ? dane.of(target, now.port(), domain).orElse(null)
                        : null;
            } catch (LookupException e) {
                telling.withoutRecords(mail, target, String.valueOf(e.getMessage()));
                return new Choice.Skip(withoutRecords(target, e));
            }
            if (tls == null && isEnforced) {
                if (!policy.orElseThrow().allows(target.host())) {
                    telling.notNamed(mail, target, policy.orElseThrow());
                    return new Choice.Skip(Reply.of(
                            451, CRYPTO_FAILURE, target.host() + " is not in the MTA-STS policy of " + domain));
                }
                tls = RouteTls.verified(List.of(target.host())).withReason("mta-sts");
            }
            boolean isVouchedFor = isSecure || isEnforced;
            if (mail.sender().parameters().has(REQUIRE_TLS)) {
                if (!isVouchedFor) {
                    // RFC 8689 section 4.2.1: the name of the host must not be anybody's word.
                    return new Choice.Skip(Reply.of(
                            451,
                            REQUIRETLS_NEEDED,
                            "neither DNSSEC nor MTA-STS vouches for the mail exchangers of " + domain));
                }
                if (tls == null || tls.level() != Level.VERIFIED) {
                    tls = RouteTls.verified(List.of(target.host())).withReason("requiretls");
                }
            }
            return new Choice.Speak(tls == null || isLess(tls, now.tls()) ? watched(target) : tls);
        }

        /** What the operator wants, and whether a policy that is tested would have wanted more (RFC 8461 section 5). */
        private RouteTls watched(Target target) {
            var tls = now.tls();
            boolean isWatched =
                    policy.filter(each -> each.mode() == StsPolicy.Mode.TESTING && each.allows(target.host()))
                                    .isPresent()
                            && (tls.level() == Level.OPPORTUNISTIC || tls.level() == Level.REQUIRED);
            return isWatched ? tls.watching(List.of(target.host())) : tls;
        }
    }

    /** Tells whether a mail is to arrive whatever the host or the domain publishes. */
    private static boolean isTlsOptional(OutboundMail mail) {
        return !mail.isTlsRequired()
                && mail.transactionNotes().get(MailMarks.TLS_OPTIONAL).isPresent();
    }

    /** What is published never makes less of what the operator demands of all. */
    private static boolean isLess(RouteTls published, RouteTls set) {
        return published.level() == Level.REQUIRED && set.level() == Level.VERIFIED;
    }

    private static Reply withoutRecords(Target target, LookupException e) {
        return Reply.of(
                451,
                CRYPTO_FAILURE,
                Shown.text("the TLSA records of " + target.host() + " can't be had now: " + e.getMessage()));
    }

    /**
     * Chooses for an address of a next hop that a person or a plugin has given by name: what the route or the settings say of it, else what
     * the host publishes (RFC 7672 section 2.2.2).
     */
    Choice ofGiven(Settings now, OutboundMail mail, Route route, Target target) {
        var domain = domain(mail.domain());
        boolean isOpen = route.tls().isEmpty()
                && !route.isLmtp()
                && now.tlsTable().of(domain, target.host()).isEmpty();
        if (!isOpen || !now.isDaneUsed() || isTlsOptional(mail)) {
            return new Choice.Speak(wanted(now, mail, route));
        }
        try {
            var published = dane.of(target, route.port(), domain).filter(tls -> !isLess(tls, now.tls()));
            return new Choice.Speak(
                    wanted(now, mail, published.map(route::withTls).orElse(route)));
        } catch (LookupException e) {
            return new Choice.Skip(withoutRecords(target, e));
        }
    }

    /** Returns the TLS that a route is to be spoken by: its own, or what the settings say; and what the mail demands. */
    static RouteTls wanted(Settings now, OutboundMail mail, Route route) {
        var host = route.host().orElse("");
        var tls = route.tls().orElseGet(() -> now.tls(domain(mail.domain()), host));
        if (mail.sender().parameters().has(REQUIRE_TLS) && tls.level() != Level.VERIFIED) {
            return demanded(tls, RouteTls.VERIFIED, "requiretls");
        }
        return mail.isTlsRequired() && !tls.isDemanded() ? demanded(tls, RouteTls.REQUIRED, "mail") : tls;
    }

    private static RouteTls demanded(RouteTls before, RouteTls wanted, String reason) {
        var made = wanted.withReason(reason);
        if (before.isAtOnce()) {
            made = made.atOnce();
        }
        var certificate = before.certificate();
        return certificate.isPresent() ? made.withCertificate(certificate.get()) : made;
    }

    static String domain(MailHost host) {
        return host.ascii().toLowerCase(java.util.Locale.ROOT);
    }
}
