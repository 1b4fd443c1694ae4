package org.tarishi.core.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * The open sessions, in memory and bounded.
 *
 * <p>They are kept under the hash of their id, so that neither a heap dump nor the time a look-up takes gives an id away.
 * Thread-safe.
 */
final class Sessions {
    private final Clock clock;
    private final SecureRandom random;
    /** In the order of their last use: the first one is the one to go. */
    private final LinkedHashMap<String, Session> sessions = new LinkedHashMap<>();

    Sessions(Clock clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /** Opens a session and returns its id: 256 random bits, told once and kept nowhere. */
    synchronized String open(String user, Settings settings) {
        var now = clock.instant();
        sessions.values().removeIf(session -> isOver(session, now, settings));
        while (sessions.size() >= settings.sessions()) {
            sessions.pollFirstEntry();
        }
        var id = token(random);
        sessions.put(key(id), new Session(user, token(random), now, now));
        return id;
    }

    /** Finds a live session and counts this as a use of it. */
    synchronized Optional<Session> use(String id, Settings settings) {
        var session = sessions.remove(key(id));
        var now = clock.instant();
        if (session == null || isOver(session, now, settings)) {
            return Optional.empty();
        }
        var used = session.usedAt(now);
        sessions.put(key(id), used);
        return Optional.of(used);
    }

    synchronized Optional<Session> end(String id) {
        return Optional.ofNullable(sessions.remove(key(id)));
    }

    synchronized void endAllOf(String user) {
        sessions.values().removeIf(session -> session.user().equals(user));
    }

    synchronized int count() {
        return sessions.size();
    }

    /** Returns 256 random bits in letters that a URL, a cookie and a form take as they are. */
    static String token(SecureRandom random) {
        var bits = new byte[32];
        random.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    private static boolean isOver(Session session, Instant now, Settings settings) {
        return Duration.between(session.used(), now).compareTo(settings.sessionIdle()) >= 0
                || Duration.between(session.opened(), now).compareTo(settings.sessionLife()) >= 0;
    }

    private static String key(String id) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
