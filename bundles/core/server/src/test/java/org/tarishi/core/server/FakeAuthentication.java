package org.tarishi.core.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.core.spi.Authentication;

/**
 * An exchange as plugins would have it, with the one user ann, whose password is secret. PLAIN, LOGIN and OAUTHBEARER as clients know them;
 * CRAM-MD5 takes {@code ann ok}; LONG asks for 6000 octets; NAMELESS and WORDS fail in ways of their own.
 */
final class FakeAuthentication implements Authentication {

    /** What becomes of whoever is asked for. */
    enum Trouble {
        NONE,
        /** The store can't be asked. */
        STORE_AWAY,
        /** The mechanism leaves behind its first challenge. */
        MECHANISM_GONE
    }

    static final AtomicInteger OPEN = new AtomicInteger();

    private final String mechanism;
    private final Gate gate;
    private final Trouble trouble;
    private final BiConsumer<Executor, Runnable> give;
    private int steps;
    private String user = "";
    private boolean isClosed;

    FakeAuthentication(String mechanism, Gate gate, Trouble trouble, BiConsumer<Executor, Runnable> give) {
        this.mechanism = mechanism;
        this.gate = gate;
        this.trouble = trouble;
        this.give = give;
        OPEN.incrementAndGet();
    }

    @Override
    public void step(byte @Nullable [] response, Executor turn, Consumer<Result> then) {
        if (isClosed) {
            throw new IllegalStateException("a step behind the end");
        }
        var result = take(response);
        if (response != null) {
            Arrays.fill(response, (byte) 0);
        }
        give.accept(turn, () -> then.accept(result));
    }

    private Result take(byte @Nullable [] response) {
        steps++;
        if (trouble == Trouble.MECHANISM_GONE && steps > 1) {
            return new Result(new Answer.Unavailable(), null);
        }
        var text = response == null ? null : new String(response, StandardCharsets.UTF_8);
        return switch (mechanism) {
            case "PLAIN" -> {
                if (text == null) {
                    yield challenge("");
                }
                var parts = text.split("\0", -1);
                yield parts.length == 3
                        ? check(parts[1], parts[2])
                        : new Result(
                                new Answer.Failure(Reply.of(501, EnhancedStatus.parse("5.5.2"), "malformed")), null);
            }
            case "LOGIN" -> {
                if (steps == 1 && (text == null || text.isEmpty())) {
                    yield challenge("Username:");
                }
                if (user.isEmpty()) {
                    user = text == null ? "" : text;
                    yield challenge("Password:");
                }
                yield check(user, text == null ? "" : text);
            }
            case "CRAM-MD5" -> {
                if (steps == 1) {
                    yield text == null ? challenge("<1@mx.test>") : new Result(new Answer.TooEarly(), null);
                }
                yield "ann ok".equals(text) ? check("ann", "secret") : check("ann", "wrong");
            }
            case "OAUTHBEARER" ->
                steps == 1 && text != null
                        ? text.contains("Bearer good")
                                ? check("ann", "secret")
                                : challenge("{\"status\":\"invalid_token\"}")
                        : steps == 1 ? challenge("") : check("ann", "wrong");
            case "LONG" -> steps == 1 ? challenge("x".repeat(6_000)) : check("ann", "secret");
            case "TOO-LONG" -> challenge("x".repeat(9_300));
            case "NAMELESS" -> new Result(new Answer.Failure(null), null);
            case "WORDS" -> new Result(new Answer.Failure(Reply.of(432, "a new password is needed")), "ann");
            case "NONSENSE" -> new Result(new Answer.Failure(Reply.of(250, "all is well")), "ann");
            default -> throw new IllegalArgumentException(mechanism);
        };
    }

    private static Result challenge(String text) {
        return new Result(
                new Answer.Challenge(Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))), null);
    }

    private Result check(String name, String password) {
        if (!gate.mayAsk(name)) {
            return new Result(new Answer.Limited(), name);
        }
        if (trouble == Trouble.STORE_AWAY) {
            return new Result(new Answer.Unavailable(), name);
        }
        return new Result(
                name.equals("ann") && password.equals("secret") ? new Answer.Success() : new Answer.Failure(null),
                name);
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            OPEN.decrementAndGet();
        }
    }
}
