package org.tarishi.core.delivery;

import java.net.InetAddress;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Domain;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.TlsFailedException;
import org.tarishi.core.spi.MailMarks;
import org.tarishi.core.spi.TlsResults;
import org.tarishi.core.spi.TlsResults.Fault;
import org.tarishi.core.spi.TlsResults.Kind;
import org.tarishi.core.spi.TlsResults.Policy;
import org.tarishi.core.spi.TlsResults.Problem;
import org.tarishi.core.spi.TlsResults.Result;

/** Tells whoever reports on it what became of TLS with the hosts that DNS names. Costs nothing while nobody does. Any thread. */
final class TlsTelling {

    private static final String NOT_NAMED = "the policy does not name this host";
    private static final int LONGEST_REASON = 200;

    private final Supplier<@Nullable TlsResults> listener;

    /** The policy that a domain was seen with last. */
    private final Function<String, Optional<StsPolicy>> known;

    TlsTelling(Supplier<@Nullable TlsResults> listener, Function<String, Optional<StsPolicy>> known) {
        this.listener = listener;
        this.known = known;
    }

    /** Tells of a session that there was. */
    void session(OutboundMail mail, Route route, SmtpClient.Session session) {
        if (!isTold(mail) || !session.isFirst() || tls(route).level() == RouteTls.Level.NONE) {
            return;
        }
        var policy = policy(mail, route);
        if (policy.kind() == Kind.STS && !isNamed(mail, route)) {
            tell(mail, policy, problem(Fault.VALIDATION_FAILURE, route, session.localAddress(), NOT_NAMED));
        } else if (session.isSecured()) {
            tell(
                    mail,
                    policy,
                    session.objection()
                            .map(why -> problem(certificate(why), route, session.localAddress(), why))
                            .orElse(null));
        } else {
            session.whyPlain()
                    .ifPresent(why -> tell(
                            mail,
                            policy,
                            problem(
                                    why.startsWith("STARTTLS")
                                            ? Fault.STARTTLS_NOT_SUPPORTED
                                            : Fault.VALIDATION_FAILURE,
                                    route,
                                    session.localAddress(),
                                    why)));
        }
    }

    /** Tells whether the domain's policy names the host; one that is tested forbids no other. */
    private boolean isNamed(OutboundMail mail, Route route) {
        var policy = known.apply(TlsChoice.domain(mail.domain()));
        return policy.isEmpty() || route.host().map(policy.get()::allows).orElse(true);
    }

    /** Tells of one that there was not, because of its TLS. */
    void failed(OutboundMail mail, Route route, TlsFailedException e) {
        if (isTold(mail)) {
            fault(e).ifPresent(fault ->
                    tell(mail, policy(mail, route), problem(fault, route, e.localAddress(), Shown.why(e))));
        }
    }

    /** Tells of a host whose TLSA records can't be had. */
    void withoutRecords(OutboundMail mail, Target target, String why) {
        if (isTold(mail)) {
            tell(
                    mail,
                    new Policy(Kind.TLSA, target.host(), List.of(), List.of()),
                    new Problem(
                            Fault.DNSSEC_INVALID,
                            target.host(),
                            target.address().getHostAddress(),
                            "",
                            cut(why)));
        }
    }

    /** Tells of a host that the policy does not name. */
    void notNamed(OutboundMail mail, Target target, StsPolicy policy) {
        if (isTold(mail)) {
            tell(
                    mail,
                    sts(TlsChoice.domain(mail.domain()), policy),
                    new Problem(
                            Fault.VALIDATION_FAILURE,
                            target.host(),
                            target.address().getHostAddress(),
                            "",
                            NOT_NAMED));
        }
    }

    /** Tells of a policy that can't be had. */
    void withoutPolicy(String domain, Fault fault, String why) {
        var to = listener.get();
        if (to != null) {
            to.told(new Result(
                    domain,
                    new Policy(Kind.STS, domain, List.of(), List.of()),
                    Optional.of(new Problem(fault, "", "", "", cut(why)))));
        }
    }

    /** Of a mail that goes anyhow nothing is told: else a report on a report would follow, day by day. */
    private boolean isTold(OutboundMail mail) {
        return listener.get() != null
                && mail.domain() instanceof Domain
                && mail.transactionNotes().get(MailMarks.TLS_OPTIONAL).isEmpty();
    }

    private void tell(OutboundMail mail, Policy policy, @Nullable Problem problem) {
        var to = listener.get();
        if (to != null) {
            to.told(new Result(TlsChoice.domain(mail.domain()), policy, Optional.ofNullable(problem)));
        }
    }

    private static RouteTls tls(Route route) {
        return route.tls().orElse(RouteTls.NONE);
    }

    private Policy policy(OutboundMail mail, Route route) {
        var tls = tls(route);
        var domain = TlsChoice.domain(mail.domain());
        if (tls.judge().orElse(null) instanceof DaneJudge judge) {
            return new Policy(Kind.TLSA, tls.serverName().or(route::host).orElse(domain), judge.lines(), List.of());
        }
        if (tls.reason().equals(Dane.UNUSABLE)) {
            return new Policy(Kind.TLSA, tls.serverName().or(route::host).orElse(domain), List.of(), List.of());
        }
        return known.apply(domain)
                .map(policy -> sts(domain, policy))
                .orElseGet(() -> new Policy(Kind.NONE, domain, List.of(), List.of()));
    }

    private static Policy sts(String domain, StsPolicy policy) {
        return new Policy(Kind.STS, domain, policy.lines(), policy.patterns());
    }

    private static Problem problem(Fault fault, Route route, Optional<InetAddress> sender, String reason) {
        return new Problem(fault, route.host().orElse(""), text(route.address()), text(sender), cut(reason));
    }

    private static String text(Optional<InetAddress> address) {
        return address.map(InetAddress::getHostAddress).orElse("");
    }

    private static String cut(String reason) {
        var text = Shown.text(reason);
        return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) : text;
    }

    /** Nothing for what is wrong with this host. */
    private static Optional<Fault> fault(TlsFailedException e) {
        return switch (e.kind()) {
            case NOT_OFFERED -> Optional.of(Fault.STARTTLS_NOT_SUPPORTED);
            case HANDSHAKE -> Optional.of(Fault.VALIDATION_FAILURE);
            case CERTIFICATE -> Optional.of(certificate(e));
            case UNAVAILABLE -> Optional.empty();
        };
    }

    private static Fault certificate(TlsFailedException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException
                    || (cause instanceof CertPathValidatorException path
                            && path.getReason() == CertPathValidatorException.BasicReason.EXPIRED)) {
                return Fault.CERTIFICATE_EXPIRED;
            }
            if (cause instanceof CertPathValidatorException
                    || cause instanceof java.security.cert.CertPathBuilderException) {
                return Fault.CERTIFICATE_NOT_TRUSTED;
            }
        }
        return certificate(String.valueOf(e.getMessage()));
    }

    private static Fault certificate(String said) {
        return said.contains("it has expired")
                ? Fault.CERTIFICATE_EXPIRED
                : said.contains("does not hold the name")
                        ? Fault.CERTIFICATE_HOST_MISMATCH
                        : said.contains("authority") ? Fault.CERTIFICATE_NOT_TRUSTED : Fault.VALIDATION_FAILURE;
    }
}
