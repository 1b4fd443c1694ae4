package org.tarishi.core.tlsrpt;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Text;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Mailer;
import org.tarishi.core.spi.MailMarks;

/**
 * Sends reports on days that are over: at a time after midnight (UTC) that chance has chosen, so that not all the world reports at once, and
 * once more each hour what could not be sent, for some days. One thread.
 */
final class Reporter {

    private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);

    /** RFC 8460 section 4.1. */
    private static final Duration SPREAD = Duration.ofHours(4);

    private static final Duration AGAIN = Duration.ofHours(1);

    /** How many days after its own a report is still sent. */
    private static final int PATIENCE = 3;

    /** How many domains may be reported to twice after a crash. */
    private static final int SAVE_EVERY = 100;

    private final Tally tally;
    private final TallyFiles files;
    private final Dns dns;
    private final Mailer mailer;
    private final Poster poster;
    private final Clock clock;
    private final RandomGenerator random;
    private final Map<LocalDate, Instant> due = new HashMap<>();

    Reporter(
            Tally tally, TallyFiles files, Dns dns, Mailer mailer, Poster poster, Clock clock, RandomGenerator random) {
        this.tally = tally;
        this.files = files;
        this.dns = dns;
        this.mailer = mailer;
        this.poster = poster;
        this.clock = clock;
        this.random = random;
    }

    /** Writes what has changed, and sends what is due. */
    void step(Settings settings) {
        save();
        var now = clock.instant();
        var today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        for (var day : tally.before(today)) {
            if (!today.isBefore(day.plusDays(PATIENCE + 1L))) {
                LOG.warn(
                        "{} domain(s) were not told of the TLS of {}",
                        tally.domains(day).size(),
                        day);
                forget(day);
                continue;
            }
            var at = due.computeIfAbsent(
                    day,
                    _ -> day.plusDays(1)
                            .atStartOfDay()
                            .toInstant(ZoneOffset.UTC)
                            .plusSeconds(random.nextLong(SPREAD.toSeconds())));
            if (!now.isBefore(at) && !Thread.currentThread().isInterrupted()) {
                report(settings, day);
            }
        }
        save();
    }

    private void forget(LocalDate day) {
        due.remove(day);
        long lost = tally.remove(day);
        if (lost > 0) {
            LOG.warn("of {} {} result(s) of TLS were not counted, for there were too many kinds of them", day, lost);
        }
    }

    private void report(Settings settings, LocalDate day) {
        int sent = 0;
        int left = 0;
        int seen = 0;
        for (var domain : tally.domains(day)) {
            if (Thread.currentThread().isInterrupted()) {
                return; // the server stops
            }
            switch (report(settings, day, domain)) {
                case SENT -> {
                    sent++;
                    tally.remove(day, domain);
                }
                case UNWANTED -> tally.remove(day, domain);
                case LATER -> left++;
            }
            if (++seen % SAVE_EVERY == 0) {
                save();
            }
        }
        if (sent > 0 || left > 0) {
            LOG.info("reports on the TLS of {}: {} sent, {} tried again in {}", day, sent, left, AGAIN);
        }
        if (left == 0) {
            forget(day);
        } else {
            due.put(day, clock.instant().plus(AGAIN));
        }
    }

    private enum End {
        SENT,
        UNWANTED,
        LATER
    }

    private End report(Settings settings, LocalDate day, String domain) {
        Addresses addresses;
        try {
            addresses =
                    Addresses.parse(dns.records("_smtp._tls." + domain, "TXT").records());
        } catch (LookupException e) {
            LOG.debug("whether {} wants reports is not known now: {}", domain, e.getMessage());
            return End.LATER;
        } catch (IllegalArgumentException e) {
            return End.UNWANTED; // no name that DNS could have
        }
        if (addresses.isNowhere()) {
            return End.UNWANTED;
        }
        var from = Objects.requireNonNull(settings.from());
        var report = new Report(
                settings.organization(),
                Objects.requireNonNull(settings.contact()).asciiAddress(),
                from.host().ascii(),
                domain,
                day,
                tally.of(day, domain));
        boolean isSent = false;
        for (var site : addresses.sites()) {
            isSent |= done(domain, () -> poster.post(site, report.compressed(), settings.trustedCa()));
        }
        for (var to : addresses.mails()) {
            isSent |= done(domain, () -> mail(report, ReversePath.of(from), to));
        }
        return isSent ? End.SENT : End.LATER;
    }

    @FunctionalInterface
    private interface Way {
        void go() throws IOException;
    }

    private static boolean done(String domain, Way way) {
        try {
            way.go();
            return true;
        } catch (IOException e) {
            LOG.warn("a report for {} can't be sent: {}", domain, Text.escaped(String.valueOf(e.getMessage())));
            return false;
        }
    }

    /** Section 3: whatever is wrong with the TLS of whom it is for, it must arrive; and nobody wants to hear that it did not. */
    private void mail(Report report, ReversePath from, Recipient to) throws IOException {
        var bytes = ReportMail.of(
                report,
                from.mailbox().orElseThrow().asciiAddress(),
                to.mailbox().asciiAddress(),
                clock.instant(),
                random);
        var queued = mailer.send(
                from,
                java.util.List.of(to.withParameters(EsmtpParameters.of(Map.of("NOTIFY", "NEVER")))),
                new ByteArrayInputStream(bytes),
                mailer.options().note(MailMarks.TLS_OPTIONAL, "tlsrpt").origin("tlsrpt"));
        if (!queued.reply().isPositive()) {
            throw new IOException("it is refused: " + queued.reply());
        }
    }

    /** Writes what has changed. */
    void save() {
        try {
            files.save(tally);
        } catch (IOException e) {
            LOG.warn("results of TLS can't be kept, and are in memory alone: {}", e.toString());
        }
    }
}
