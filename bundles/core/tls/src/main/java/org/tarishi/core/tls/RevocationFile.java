package org.tarishi.core.tls;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;

/**
 * A file of certificate revocation lists (RFC 5280 section 5), PEM or DER. While what lies there is no good, the lists that were read before
 * stay in force, each until its next update. One thread.
 */
final class RevocationFile {

    private static final Logger LOG = LoggerFactory.getLogger(RevocationFile.class);

    /** Some hundred thousand certificates. */
    private static final int MOST_BYTES = 16 << 20;

    private final Path file;
    private final Clock clock;
    private List<X509CRL> read = List.of();

    /** What is said of each, made once: a list of many is slow to count. */
    private List<String> texts = List.of();

    private List<X509CRL> inForce = List.of();
    private @Nullable Stamp seen;
    private @Nullable Stamp taken;
    private Instant takenAt = Instant.MIN;
    private @Nullable String trouble;
    private boolean isNew = true;

    RevocationFile(Path file, Clock clock) {
        this.file = file;
        this.clock = clock;
    }

    List<X509CRL> inForce() {
        return inForce;
    }

    /** What is in force of it, what is over, and what is refused; a line each, for people. */
    List<String> lines() {
        var lines = new ArrayList<String>();
        for (int i = 0; i < read.size(); i++) {
            lines.add((isOver(read.get(i), clock.instant()) ? "over: " : "") + texts.get(i));
        }
        if (trouble != null) {
            lines.add("refused: " + trouble);
        }
        return lines;
    }

    /**
     * Looks at the file and at the time. What has changed since the last look is read at the next one, when it has not changed again.
     *
     * @return whether other lists are in force now
     */
    boolean look() {
        var before = inForce;
        try {
            var now = Stamp.of(file);
            boolean isSettled = isNew || now.equals(seen);
            seen = now;
            if (isSettled && (!now.equals(taken) || trouble != null || now.mayHideAChangeSince(takenAt))) {
                takenAt = clock.instant();
                take(read(file));
                taken = now;
            }
        } catch (KeyFileException e) {
            complain(String.valueOf(e.getMessage()));
        } finally {
            isNew = false;
        }
        inForce = read.stream().filter(list -> !isOver(list, clock.instant())).toList();
        if (before.stream().anyMatch(list -> read.contains(list) && !inForce.contains(list))) {
            LOG.error("revocation list is over, so that no certificate of that authority is trusted: {}", lines());
        }
        return !inForce.equals(before);
    }

    private void take(List<X509CRL> now) throws KeyFileException {
        for (var list : now) {
            // One that ends in force is told of as that.
            if (!read.contains(list)) {
                check(list, file, clock.instant());
            }
        }
        if (trouble != null || !now.equals(read)) {
            texts = now.stream().map(this::told).toList();
            texts.forEach(text -> LOG.info("revocation list is {}: {}", read.isEmpty() ? "read" : "now", text));
        }
        trouble = null;
        read = now;
    }

    private void complain(String reason) {
        if (reason.equals(trouble)) {
            return;
        }
        trouble = reason;
        LOG.error(
                "revocation list is refused: {}; {}",
                Text.escaped(reason),
                read.isEmpty()
                        ? "no certificate of that authority is trusted"
                        : "the one before stays in force until its next update");
    }

    /**
     * Reads a file, and takes nothing up.
     *
     * @throws KeyFileException with the reason, when it can't be read, holds no list, or one that is not in force
     */
    static void check(Path file, Clock clock) throws KeyFileException {
        for (var list : read(file)) {
            check(list, file, clock.instant());
        }
    }

    private static List<X509CRL> read(Path file) throws KeyFileException {
        var lists = new ArrayList<X509CRL>();
        try {
            var bytes = new ByteArrayInputStream(KeyFile.bytes(file, MOST_BYTES));
            for (var each : CertificateFactory.getInstance("X.509").generateCRLs(bytes)) {
                if (each instanceof X509CRL list) {
                    lists.add(list);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new KeyFileException(file, "has a revocation list that can't be read");
        }
        if (lists.isEmpty()) {
            throw new KeyFileException(file, "holds no revocation list");
        }
        return List.copyOf(lists);
    }

    private static void check(X509CRL list, Path file, Instant now) throws KeyFileException {
        if (list.getNextUpdate() == null) {
            // RFC 5280 section 5.1.2.5 wants it; without, an old list could be passed off as the newest for ever.
            throw new KeyFileException(file, "has a revocation list without a next update");
        }
        if (isOver(list, now)) {
            throw new KeyFileException(
                    file,
                    "has a revocation list that was over at "
                            + list.getNextUpdate().toInstant());
        }
        var begin = list.getThisUpdate().toInstant();
        if (begin.isAfter(now)) {
            throw new KeyFileException(file, "has a revocation list that is valid from " + begin + " only");
        }
    }

    private static boolean isOver(X509CRL list, Instant now) {
        return !list.getNextUpdate().toInstant().isAfter(now);
    }

    private String told(X509CRL list) {
        var revoked = list.getRevokedCertificates();
        return Text.escaped(list.getIssuerX500Principal().getName())
                + " (" + (revoked == null ? 0 : revoked.size()) + " revoked, next update "
                + list.getNextUpdate().toInstant() + ", " + file + ")";
    }
}
