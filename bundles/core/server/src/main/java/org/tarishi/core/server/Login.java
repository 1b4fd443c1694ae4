package org.tarishi.core.server;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AuthResult;
import org.tarishi.core.spi.Authentication;
import org.tarishi.core.spi.Authentication.Answer;
import org.tarishi.core.spi.LiveResults;

/**
 * Who the client has shown to be, and the exchange in which it does; one of a session, on its thread but for what says otherwise.
 */
final class Login {

    /** More of a name helps nobody, and nobody may fill the memory with them. */
    private static final int LONGEST_NAME = 256;

    /** Failures that are told in the results of the connection. */
    private static final int MOST_TOLD = 20;

    /** The user and how it was shown. */
    record Shown(String user, String mechanism) {}

    private final Settings settings;
    private final AuthThrottle throttle;
    private final SessionLog log;

    /** Read by any thread. */
    private volatile @Nullable Shown shown;

    private @Nullable Authentication exchange;
    private String mechanism = "";
    private int failures;
    private final List<String> failed = new ArrayList<>();

    Login(Settings settings, AuthThrottle throttle, SessionLog log) {
        this.settings = settings;
        this.throttle = throttle;
        this.log = log;
    }

    /** Returns the user, if the client has authenticated. Any thread. */
    Optional<String> user() {
        var now = shown;
        return now == null ? Optional.empty() : Optional.of(now.user());
    }

    int failures() {
        return failures;
    }

    /** Whether a client at this address may try. */
    boolean mayTry(InetAddress address) {
        return isFree(address) || throttle.mayTry(address, settings.auth());
    }

    /** Whether a store may be asked about a user for it. Any thread. */
    boolean mayAsk(String user, InetAddress address) {
        return throttle.mayAsk(user, address, settings.auth());
    }

    /** Others may speak through the machine itself, and through those that are trusted. */
    private boolean isFree(InetAddress address) {
        return address.isLoopbackAddress() || settings.trusted().contains(address);
    }

    /** Begins an exchange. */
    void begin(Authentication begun, String by) {
        end();
        exchange = begun;
        mechanism = by;
    }

    /** Has the mechanism take a response. */
    void step(byte @Nullable [] response, Executor turn, Consumer<Authentication.Result> then) {
        var open = exchange;
        if (open == null) {
            throw new IllegalStateException("no exchange is open");
        }
        open.step(response, turn, then);
    }

    /** Ends the exchange, if one is open. */
    void end() {
        var open = exchange;
        if (open != null) {
            exchange = null;
            open.close();
        }
    }

    /**
     * Takes note of what a step came to.
     *
     * @param findings the connection's
     * @return who has authenticated now, null for nobody
     */
    @Nullable Shown settle(Authentication.Result result, InetAddress address, Findings findings) {
        if (result.answer() instanceof Answer.Challenge) {
            return null;
        }
        end();
        var user = clipped(result.user());
        switch (result.answer()) {
            case Answer.Success() -> {
                if (user == null) {
                    throw new IllegalStateException("success of nobody");
                }
                return accept(user, address, findings);
            }
            case Answer.Failure _ -> fail(user, address, findings);
            case Answer.Limited() -> {
                failures++;
                log.authenticationLimited(mechanism, user, address);
            }
            case Answer.TooEarly(), Answer.Unavailable(), Answer.Challenge _ -> {}
        }
        return null;
    }

    private Shown accept(String user, InetAddress address, Findings findings) {
        var now = new Shown(user, mechanism);
        throttle.succeeded(user, address);
        findings.authResults()
                .add(AuthResult.of("auth", "pass").comment(word(mechanism)).property("smtp", "auth", user));
        synchronized (findings) {
            shown = now;
            var results = findings.writtenResults();
            if (results != null) {
                CoreResults.authenticated(results, user, mechanism);
            }
        }
        log.authenticated(user, mechanism, address);
        return now;
    }

    private void fail(@Nullable String user, InetAddress address, Findings findings) {
        failures++;
        var counted = throttle.failed(user, isFree(address) ? null : address, settings.auth());
        if (failed.size() < MOST_TOLD) {
            var result = AuthResult.of("auth", "fail").comment(word(mechanism));
            findings.authResults().add(user == null ? result : result.property("smtp", "auth", user));
        }
        synchronized (findings) {
            if (failed.size() < MOST_TOLD) {
                failed.add(mechanism);
                var results = findings.writtenResults();
                if (results != null) {
                    CoreResults.authenticationFailed(results, mechanism);
                }
            }
        }
        if (counted.isTold()) {
            log.authenticationFailed(mechanism, user, address, counted);
        }
    }

    /** Says again what has been found out; under the lock of the findings. */
    void recount(LiveResults results) {
        failed.forEach(by -> CoreResults.authenticationFailed(results, by));
        var now = shown;
        if (now != null) {
            CoreResults.authenticated(results, now.user(), now.mechanism());
        }
    }

    /** Forgets who the client is: it is another one now, or what it said was said before TLS. Failures stay counted. */
    void forget() {
        end();
        shown = null;
    }

    private static String word(String mechanism) {
        return mechanism.toLowerCase(Locale.ROOT);
    }

    private static @Nullable String clipped(@Nullable String name) {
        return name == null || name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
    }
}
