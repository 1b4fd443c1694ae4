package org.tarishi.plugin.acme;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.service.AcmeDnsResponder;

/**
 * Gets what is missing and renews what is due, one certificate after another.
 *
 * <p>What it decides by lies on disk ({@link Progress}), so a restart never asks an authority sooner. Any thread; one pass at a time.
 */
final class Renewer {

    private static final Logger LOG = LoggerFactory.getLogger(Renewer.class);

    /** How soon another pass may come at most: whatever goes wrong, it is no tight loop. */
    private static final Duration LEAST_PAUSE = Duration.ofMinutes(1);

    /** Where challenges by HTTP are answered. */
    @FunctionalInterface
    interface Listener {

        /** Listens. */
        HttpResponder open(InetSocketAddress address) throws IOException;
    }

    /**
     * Where things lie.
     *
     * @param conf the folder of settings
     * @param data this plugin's own folder
     */
    record Folders(Path conf, Path data) {}

    private final Folders folders;
    private final CertificateFolder certificates;
    private final Accounts accounts;
    private final Waits waits;
    private final RandomGenerator random;
    private final Supplier<List<AcmeDnsResponder>> responders;
    private final Listener listener;

    /** Held while an authority is asked. */
    private final ReentrantLock turn = new ReentrantLock();

    /** When to ask the authority next whether it would like a renewal, by the certificate's name. Bounded by the settings. */
    private final Map<String, Instant> proposals = new ConcurrentHashMap<>();

    private volatile Settings settings;

    Renewer(
            Settings settings,
            Folders folders,
            Waits waits,
            RandomGenerator random,
            Supplier<List<AcmeDnsResponder>> responders,
            Listener listener) {
        this.settings = settings;
        this.folders = folders;
        this.certificates = new CertificateFolder(folders.conf().resolve("tls"));
        this.accounts = new Accounts(folders.data(), folders.conf());
        this.waits = waits;
        this.random = random;
        this.responders = responders;
        this.listener = listener;
    }

    /** Takes other settings, from the next certificate on. */
    void settings(Settings other) {
        settings = other;
        proposals
                .keySet()
                .retainAll(other.certificates().stream().map(Wanted::name).toList());
    }

    Settings settings() {
        return settings;
    }

    /**
     * Gets all that are due.
     *
     * @return when to come again
     */
    Instant pass() throws InterruptedException {
        turn.lockInterruptibly();
        try {
            var now = settings;
            if (now.certificates().isEmpty()) {
                return waits.clock().instant().plus(now.checkEvery());
            }
            askForProposals(now);
            var due = now.certificates().stream()
                    .filter(wanted -> !due(now, wanted).isAfter(waits.clock().instant()))
                    .toList();
            if (!due.isEmpty()) {
                get(now, due);
            }
            return next(now);
        } finally {
            turn.unlock();
        }
    }

    private Instant next(Settings now) {
        var present = waits.clock().instant();
        var next = present.plus(now.checkEvery());
        for (var wanted : now.certificates()) {
            var when = due(now, wanted);
            next = when.isBefore(next) ? when : next;
        }
        var soonest = present.plus(LEAST_PAUSE);
        return next.isBefore(soonest) ? soonest : next;
    }

    /**
     * Gets one now, due or not.
     *
     * @return why not; nothing when it is in force
     */
    Optional<String> renew(Wanted wanted) throws InterruptedException {
        if (!turn.tryLock()) {
            return Optional.of("the authority is being asked for a certificate just now; try again later");
        }
        try {
            var now = settings;
            get(now, List.of(wanted));
            var error = progress(now, wanted).error();
            return error.isEmpty() ? Optional.empty() : Optional.of(error);
        } finally {
            turn.unlock();
        }
    }

    // ------------------------------------------------------------------------------------------------ when

    /** Returns when a certificate is to be got: now when there is none that fits, else when it is to be renewed. */
    Instant due(Settings now, Wanted wanted) {
        var progress = progress(now, wanted);
        var when = inForce(wanted)
                .filter(certificate -> Issuer.covers(certificate, wanted.hosts())
                        && progress.directory().equals(now.directory().toString()))
                .map(certificate -> renewal(certificate, wanted, progress))
                .orElse(Instant.MIN);
        return progress.notBefore().filter(next -> next.isAfter(when)).orElse(when);
    }

    private Instant renewal(X509Certificate certificate, Wanted wanted, Progress progress) {
        if (progress.renewAt().isPresent() && progress.serial().equals(serial(certificate))) {
            return progress.renewAt().get();
        }
        var when = renewal(certificate);
        store(wanted, progress.renewing(serial(certificate), when, ""));
        return when;
    }

    private Instant renewal(X509Certificate certificate) {
        return Schedule.renewal(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                random);
    }

    Optional<X509Certificate> inForce(Wanted wanted) {
        try {
            return certificates.read(wanted.name());
        } catch (IOException e) {
            LOG.warn("a certificate counts as missing: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Asks an authority that has an opinion when each certificate should be renewed (RFC 9773). */
    private void askForProposals(Settings now) {
        var asked = now.certificates().stream()
                .filter(wanted -> isProposalDue(now, wanted))
                .toList();
        if (asked.isEmpty()) {
            return;
        }
        asAuthority(now, authority -> {
                    for (var wanted : asked) {
                        // Also when what follows fails: at the next look, not sooner.
                        proposals.put(wanted.name(), waits.clock().instant().plus(now.checkEvery()));
                        var certificate = inForce(wanted);
                        if (certificate.isPresent()) {
                            Proposals.ask(authority, certificate.get())
                                    .ifPresent(proposal -> take(now, wanted, certificate.get(), proposal));
                        }
                    }
                })
                .ifPresent(failure -> LOG.debug("the authority was not asked when to renew: {}", failure.reason()));
    }

    private boolean isProposalDue(Settings now, Wanted wanted) {
        var next = proposals.get(wanted.name());
        var present = waits.clock().instant();
        return (next == null || !next.isAfter(present))
                && due(now, wanted).isAfter(present)
                && inForce(wanted).isPresent()
                && progress(now, wanted).notBefore().isEmpty();
    }

    private void take(Settings now, Wanted wanted, X509Certificate certificate, Proposals.Proposal proposal) {
        var present = waits.clock().instant();
        proposal.askAgain()
                .ifPresent(when -> proposals.merge(
                        wanted.name(), when, (own, theirs) -> theirs.isAfter(own) ? clamped(theirs, present) : own));
        var progress = progress(now, wanted);
        if (!progress.window().equals(proposal.window())) {
            var when = Schedule.within(proposal.start(), proposal.end(), present, random);
            store(wanted, progress.renewing(serial(certificate), when, proposal.window()));
            LOG.info("{}: the authority would like it to be renewed at {}{}", wanted.name(), when, proposal.why());
        }
    }

    private static Instant clamped(Instant when, Instant present) {
        var latest = present.plus(Duration.ofDays(1));
        return when.isAfter(latest) ? latest : when;
    }

    // ------------------------------------------------------------------------------------------------- get

    private void get(Settings now, List<Wanted> due) throws InterruptedException {
        var left = new ArrayList<>(due);
        var failure = asAuthority(now, authority -> {
            var login = accounts.login(authority.session(), now);
            while (!left.isEmpty()) {
                var wanted = left.getFirst();
                try {
                    getOne(now, wanted, authority, login);
                } catch (AcmeRateLimitedException | AcmeNetworkException e) {
                    throw e; // what comes next would fare no better
                } catch (AcmeException | IOException | RefusedException | RuntimeException e) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw e;
                    }
                    failed(now, List.of(wanted), new Failure(Failure.reason(e), authority.refusedUntil()));
                }
                left.removeFirst();
            }
        });
        if (Thread.interrupted()) {
            throw new InterruptedException("stopped");
        }
        failure.ifPresent(why -> failed(now, left, why));
    }

    private void getOne(Settings now, Wanted wanted, Authority authority, Login login)
            throws AcmeException, IOException, RefusedException {
        var progress = progress(now, wanted);
        var replaced = inForce(wanted)
                .filter(_ -> progress.directory().equals(now.directory().toString()));
        try (var proofs = proofs(now)) {
            var issued = new Issuer(authority, login, now, waits).issue(wanted, replaced, proofs);
            certificates.write(wanted.name(), issued.key(), issued.chain());
            var certificate = issued.chain().getFirst();
            store(wanted, progress.issued(now.directory().toString(), serial(certificate), renewal(certificate)));
            LOG.info(
                    "{}: a certificate for {} is in force until {}, issued by {}",
                    wanted.name(),
                    wanted.hosts(),
                    certificate.getNotAfter().toInstant(),
                    certificate.getIssuerX500Principal());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Proofs proofs(Settings now) throws IOException {
        if (now.challenge() == Settings.ChallengeType.HTTP_01) {
            return Proofs.http(listener.open(now.http().socket()));
        }
        var all = new ArrayList<AcmeDnsResponder>();
        now.dns().ifPresent(updates -> all.add(new DnsUpdates(updates, folders.conf())));
        all.addAll(responders.get());
        return Proofs.dns(all);
    }

    /** What is done with an authority. */
    @FunctionalInterface
    private interface Errand {
        void run(Authority authority) throws AcmeException, IOException, RefusedException;
    }

    /** Runs an errand; returns why it failed. */
    private Optional<Failure> asAuthority(Settings now, Errand errand) {
        var thread = Thread.currentThread();
        var loader = thread.getContextClassLoader();
        // The library finds parts of itself by it.
        thread.setContextClassLoader(Renewer.class.getClassLoader());
        Authority authority = null;
        try {
            authority = new Authority(now.directory(), now.trustedCa().map(folders.conf()::resolve), waits.clock());
            errand.run(authority);
            return Optional.empty();
        } catch (AcmeException | IOException | RefusedException | RuntimeException e) {
            LOG.debug("the authority {} failed us", now.directory(), e);
            return Optional.of(
                    new Failure(Failure.reason(e), authority == null ? Optional.empty() : authority.refusedUntil()));
        } finally {
            if (authority != null) {
                authority.close();
            }
            thread.setContextClassLoader(loader);
        }
    }

    /** Says in one line that some were not got, for one reason. */
    private void failed(Settings now, List<Wanted> some, Failure failure) {
        var present = waits.clock().instant();
        @Nullable Instant soonest = null;
        boolean isUrgent = false;
        for (var wanted : some) {
            var progress = progress(now, wanted);
            var next = Schedule.retry(progress.failures() + 1, present, failure.retryAfter(), random);
            store(wanted, progress.failed(failure.reason(), next));
            soonest = soonest == null || next.isBefore(soonest) ? next : soonest;
            isUrgent |= isUrgent(inForce(wanted), next);
        }
        var names = some.stream().map(Wanted::name).toList();
        if (isUrgent) {
            LOG.error("{}: no certificate was got: {}; next try at {}", names, failure.reason(), soonest);
        } else {
            LOG.warn("{}: not renewed, the old one holds: {}; next try at {}", names, failure.reason(), soonest);
        }
    }

    /** Tells whether there is none, or one in the last tenth of its life. */
    private static boolean isUrgent(Optional<X509Certificate> certificate, Instant next) {
        return certificate
                .map(one -> {
                    var end = one.getNotAfter().toInstant();
                    var life = Duration.between(one.getNotBefore().toInstant(), end);
                    return next.isAfter(end.minus(life.dividedBy(10)));
                })
                .orElse(true);
    }

    // ------------------------------------------------------------------------------------------- progress

    Progress progress(Settings now, Wanted wanted) {
        return Progress.read(file(wanted)).forOrder(order(now, wanted));
    }

    private void store(Wanted wanted, Progress progress) {
        try {
            progress.write(file(wanted));
        } catch (IOException e) {
            LOG.error("{}: what was reached can't be noted: {}", wanted.name(), e.getMessage());
        }
    }

    private Path file(Wanted wanted) {
        return folders.data().resolve("progress").resolve(wanted.name() + ".properties");
    }

    /** What an attempt depends on: when the operator changes it, the next one comes at once. */
    private static String order(Settings now, Wanted wanted) {
        var text = String.join(
                "\n",
                now.directory().toString(),
                String.join(",", wanted.hosts()),
                Boolean.toString(now.isAgreed()),
                now.trustedCa().toString(),
                now.external().toString(),
                now.challenge().name(),
                now.http().toString(),
                now.dns().toString(),
                now.profile(),
                now.contact().toString());
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String serial(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }
}
