package org.tarishi.core.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;

/**
 * Files whose keys and certificates belong together: those of a name, or the default ones. They are taken up together or not at all; while
 * what lies there is no good, what was taken up before stays in force. One thread.
 */
final class Group {

    private static final Logger LOG = LoggerFactory.getLogger(Group.class);

    /** What it stands for. */
    private final String title;

    private final Clock clock;
    private final boolean isOurs;
    private List<Identity> inForce = List.of();
    private @Nullable List<Stamp> seen;
    private @Nullable List<Stamp> taken;
    private Instant takenAt = Instant.MIN;
    private @Nullable String trouble;

    Group(String title, Clock clock) {
        this(title, clock, false);
    }

    private Group(String title, Clock clock, boolean isOurs) {
        this.title = title;
        this.clock = clock;
        this.isOurs = isOurs;
    }

    /**
     * One for a file with one key and its certificate, both written by this server: that they fit is not tried, since the first signature
     * that a JVM makes takes it a tenth of a second.
     */
    static Group ours(String title, Clock clock) {
        return new Group(title, clock, true);
    }

    List<Identity> inForce() {
        return inForce;
    }

    /** Why what lies there is not in force; null when it is. */
    @Nullable String trouble() {
        return trouble;
    }

    /**
     * Looks at the files, and takes up what has changed. What has changed since the last look is read at the next one, when it has not
     * changed again: a key and its certificate are written one after the other.
     *
     * @param isAtOnce whether they are read as they are: nobody is writing them
     * @return whether something else is in force now
     */
    boolean look(List<Path> files, boolean isAtOnce) {
        try {
            var now = stamps(files);
            boolean isSettled = isAtOnce || now.equals(seen);
            seen = now;
            if (!isSettled) {
                return false;
            }
            if (now.equals(taken) && trouble == null && !mayHaveChangedUnseen(now)) {
                return false;
            }
            var before = takenAt;
            takenAt = clock.instant();
            var read = read(files);
            taken = now;
            boolean isOther = !read.equals(inForce);
            if (trouble != null || isOther) {
                LOG.info("certificate for {} {}: {}", title, before.equals(Instant.MIN) ? "is" : "is now", read);
            }
            trouble = null;
            inForce = read;
            return isOther;
        } catch (IOException e) {
            complain(String.valueOf(e.getMessage()));
            return false;
        }
    }

    private boolean mayHaveChangedUnseen(List<Stamp> now) {
        return now.stream().anyMatch(stamp -> stamp.mayHideAChangeSince(takenAt));
    }

    /**
     * Reads files that belong together, and takes nothing up.
     *
     * @throws KeyFileException with what is wrong
     */
    static void check(List<Path> files, Clock clock) throws KeyFileException {
        var _ = new Group("", clock).read(files);
    }

    private List<Identity> read(List<Path> files) throws KeyFileException {
        var certificates = new ArrayList<X509Certificate>();
        var read = new ArrayList<KeyFile>();
        for (var file : files) {
            var one = KeyFile.read(file);
            read.add(one);
            certificates.addAll(one.certificates());
        }
        var identities = new ArrayList<Identity>();
        for (var one : read) {
            for (PrivateKey key : one.keys()) {
                var identity = isOurs && certificates.size() == 1
                        ? new Identity(key, certificates, one.path())
                        : Identity.of(key, one.path(), certificates);
                checkTime(identity);
                identities.add(identity);
            }
        }
        if (identities.isEmpty()) {
            throw new KeyFileException(
                    files.isEmpty() ? Path.of(title) : files.getFirst(), "has no key, nor has a file beside it");
        }
        return identities;
    }

    private void checkTime(Identity identity) throws KeyFileException {
        var now = clock.instant();
        if (identity.expiry().isBefore(now)) {
            throw new KeyFileException(identity.file(), "has a key whose certificate expired at " + identity.expiry());
        }
        var begin = identity.certificate().getNotBefore().toInstant();
        if (begin.isAfter(now)) {
            throw new KeyFileException(identity.file(), "has a key whose certificate is valid from " + begin + " only");
        }
    }

    private void complain(String reason) {
        if (reason.equals(trouble)) {
            return;
        }
        trouble = reason;
        LOG.error(
                "certificate for {} is refused: {}; {}",
                title,
                Text.escaped(reason),
                inForce.isEmpty() ? "there is none in force for it" : "the one before stays in force");
    }

    private static List<Stamp> stamps(List<Path> files) throws KeyFileException {
        var stamps = new ArrayList<Stamp>();
        for (var file : files) {
            stamps.add(Stamp.of(file));
            var password = file.resolveSibling(file.getFileName() + KeyFile.PASSWORD);
            if (Files.exists(password)) {
                stamps.add(Stamp.of(password));
            }
        }
        return stamps;
    }
}
