package org.tarishi.plugin.acme;

import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.connector.Resource;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gets one certificate: order, proofs, request, chain (RFC 8555 section 7.4). */
final class Issuer {

    private static final Logger LOG = LoggerFactory.getLogger(Issuer.class);

    private static final String ALREADY_REPLACED = "urn:ietf:params:acme:error:alreadyReplaced";

    /** How long to wait between two looks where the authority doesn't say, and the bounds for what it says. */
    private static final Duration POLL = Duration.ofSeconds(3);

    private static final Duration LEAST_POLL = Duration.ofSeconds(1);

    private final Authority authority;
    private final Login login;
    private final Settings settings;
    private final Waits waits;
    private final Instant end;

    /** Makes one for one certificate, whose time begins now. */
    Issuer(Authority authority, Login login, Settings settings, Waits waits) {
        this.authority = authority;
        this.login = login;
        this.settings = settings;
        this.waits = waits;
        this.end = waits.clock().instant().plus(settings.orderTimeout());
    }

    /**
     * Gets it.
     *
     * @param replaced the certificate that it takes the place of, where the authority wants to know (RFC 9773 section 5)
     */
    Issued issue(Wanted wanted, Optional<X509Certificate> replaced, Proofs proofs)
            throws AcmeException, IOException, RefusedException, InterruptedException {
        var order = order(wanted, replaced);
        prove(order, proofs);
        var status = await(order, Set.of(Status.READY, Status.VALID, Status.INVALID), "the order");
        if (status == Status.INVALID) {
            throw new RefusedException("the order failed: " + reason(order.getError()));
        }
        var key = settings.keyType().generate();
        order.execute(key);
        status = await(order, Set.of(Status.VALID, Status.INVALID), "the certificate");
        if (status == Status.INVALID) {
            throw new RefusedException("the authority issued no certificate: " + reason(order.getError()));
        }
        return checked(wanted, key, chain(order));
    }

    private Order order(Wanted wanted, Optional<X509Certificate> replaced) throws AcmeException {
        var builder = login.newOrder().domains(wanted.hosts());
        if (!settings.profile().isEmpty()) {
            builder.profile(settings.profile());
        }
        if (replaced.isPresent()
                && login.getSession().resourceUrlOptional(Resource.RENEWAL_INFO).isPresent()) {
            builder.replaces(replaced.get());
            try {
                return builder.create();
            } catch (AcmeServerException e) {
                if (!ALREADY_REPLACED.equals(e.getType().toString())) {
                    throw e;
                }
                LOG.debug("{}: the authority holds that the certificate was replaced before", wanted.name());
                return order(wanted, Optional.empty());
            }
        }
        return builder.create();
    }

    private void prove(Order order, Proofs proofs)
            throws AcmeException, IOException, RefusedException, InterruptedException {
        var pending = new ArrayList<Proof>();
        for (var authorization : order.getAuthorizations()) {
            switch (authorization.getStatus()) {
                case VALID -> {} // proved not long ago
                case PENDING -> pending.add(new Proof(authorization, publish(authorization, proofs)));
                default ->
                    throw new RefusedException(
                            host(authorization) + ": the authorization is " + word(authorization.getStatus()));
            }
        }
        if (pending.isEmpty()) {
            return;
        }
        if (settings.challenge() == Settings.ChallengeType.DNS_01) {
            waits.sleeper().sleep(settings.dnsWait());
        }
        for (var proof : pending) {
            proof.challenge().trigger();
        }
        for (var proof : pending) {
            var authorization = proof.authorization();
            var status = await(
                    authorization,
                    Set.of(Status.VALID, Status.INVALID, Status.REVOKED, Status.DEACTIVATED, Status.EXPIRED),
                    host(authorization));
            if (status != Status.VALID) {
                throw new RefusedException(host(authorization) + " was not proved by "
                        + proof.challenge().getType() + ": " + reason(failed(authorization, proof.challenge())));
            }
        }
    }

    private static Challenge publish(Authorization authorization, Proofs proofs) throws IOException, RefusedException {
        var challenges = authorization.getChallenges();
        for (var challenge : challenges) {
            if (proofs.publish(authorization.getIdentifier().getDomain(), challenge)) {
                return challenge;
            }
        }
        throw new RefusedException(host(authorization) + ": the authority offers "
                + challenges.stream().map(Challenge::getType).toList() + " only; see challenge");
    }

    private static Optional<Problem> failed(Authorization authorization, Challenge tried) {
        return authorization.getChallenges().stream()
                .filter(challenge -> challenge.getType().equals(tried.getType()))
                .findFirst()
                .flatMap(Challenge::getError);
    }

    /** Looks until one of these states is reached, as often as the authority wants, and no longer than the order may take. */
    private Status await(PollableResource what, Set<Status> states, String name)
            throws AcmeException, RefusedException, InterruptedException {
        var clock = waits.clock();
        while (true) {
            var asked = clock.instant();
            what.fetch();
            var status = what.getStatus();
            if (states.contains(status)) {
                return status;
            }
            var pause =
                    authority.next().map(when -> Duration.between(asked, when)).orElse(POLL);
            if (pause.compareTo(LEAST_POLL) < 0) {
                pause = LEAST_POLL;
            }
            if (!asked.plus(pause).isBefore(end)) {
                throw new RefusedException(
                        name + " is still " + word(status) + " after orderTimeout = " + settings.orderTimeout());
            }
            waits.sleeper().sleep(pause);
        }
    }

    private List<X509Certificate> chain(Order order) throws AcmeException {
        var certificate = order.getCertificate();
        certificate.download();
        if (settings.preferredChain().isEmpty()) {
            return certificate.getCertificateChain();
        }
        var preferred = certificate.findCertificate(settings.preferredChain());
        if (preferred.isEmpty()) {
            LOG.warn(
                    "the authority offers no chain with the issuer {}, see preferredChain; its first one is taken",
                    settings.preferredChain());
        }
        return preferred.orElse(certificate).getCertificateChain();
    }

    /** A certificate that doesn't fit would take the place of one that does. */
    private Issued checked(Wanted wanted, KeyPair key, List<X509Certificate> chain) throws RefusedException {
        if (chain.isEmpty()) {
            throw new RefusedException("the authority sent no certificate");
        }
        var certificate = chain.getFirst();
        if (!certificate.getPublicKey().equals(key.getPublic())) {
            throw new RefusedException("the authority sent a certificate of another key");
        }
        if (!covers(certificate, wanted.hosts())) {
            throw new RefusedException("the authority sent a certificate for other names");
        }
        if (!certificate.getNotAfter().toInstant().isAfter(waits.clock().instant())) {
            throw new RefusedException("the authority sent a certificate that has expired; is the clock right?");
        }
        return new Issued(key, chain);
    }

    /** Tells whether a certificate is for all of these names. */
    static boolean covers(X509Certificate certificate, List<String> hosts) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            if (names == null) {
                return false;
            }
            var all = new HashSet<String>();
            for (var name : names) {
                if (name.getFirst().equals(2)) { // dNSName
                    all.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT));
                }
            }
            return all.containsAll(hosts);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private static String host(Authorization authorization) {
        return authorization.getIdentifier().getDomain();
    }

    private static String reason(Optional<Problem> problem) {
        return problem.map(Problem::toString).orElse("no reason was given");
    }

    private static String word(Status status) {
        return status.name().toLowerCase(Locale.ROOT);
    }

    /** A name that has to be shown to be ours. */
    private record Proof(Authorization authorization, Challenge challenge) {}
}
