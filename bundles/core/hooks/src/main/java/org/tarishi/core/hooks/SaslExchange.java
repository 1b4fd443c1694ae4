package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Moment;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Text;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.SaslMechanism;
import org.tarishi.api.service.TokenVerdict;
import org.tarishi.core.spi.Authentication;
import org.tarishi.core.spi.Subject;

/**
 * One exchange with a client: finds the mechanism at its first step, lends it the stores, and keeps both until it is closed.
 *
 * <p>A step runs on a virtual thread. One whose call is taken away is answered by the watchdog, and with it the exchange is over: its
 * thread cleans up behind itself when it comes back.
 */
final class SaslExchange extends Nested implements Authentication {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.plugins");

    private static final byte[] NOTHING = {};
    private static final Result UNAVAILABLE_NOW = new Result(new Answer.Unavailable(), null);

    private final String mechanism;
    private final Subject subject;
    private final Gate gate;

    /** What plugins have told of failures in this step. */
    private volatile boolean isLimited;

    private volatile boolean isUnavailable;

    private final AtomicReference<@Nullable Chains> chains = new AtomicReference<>();
    private volatile @Nullable Link link;
    private boolean isInvited;
    private @Nullable Object exchange;
    private List<CredentialStore> stores = List.of();

    /** The step that is under way, for who answers it; null between two. */
    private @Nullable Waiting waiting;

    private boolean isRunning;
    private boolean isClosed;
    private boolean isReleased;

    /** The mechanism around a store whose call was taken away: its code has not come back either. */
    private @Nullable Link late;

    private record Waiting(Executor turn, Consumer<Result> then) {}

    SaslExchange(Engine engine, String mechanism, Subject subject, Gate gate) {
        super(engine, subject.id());
        this.mechanism = mechanism;
        this.subject = subject;
        this.gate = gate;
    }

    @Override
    public void step(byte @Nullable [] response, Executor turn, Consumer<Result> then) {
        if (chains.get() == null && !hold(() -> step(response, turn, then), turn)) {
            return;
        }
        boolean isOver;
        synchronized (this) {
            if (isRunning) {
                throw new IllegalStateException("a step is under way");
            }
            isOver = isClosed || isLost();
            if (!isOver) {
                waiting = new Waiting(turn, then);
                isRunning = true;
            }
        }
        if (isOver) {
            // the client has gone while a plugin was waited for
            unhold();
            wipe(response);
            answer(new Waiting(turn, then), UNAVAILABLE_NOW);
            return;
        }
        Errand.start(id(), () -> work(response));
    }

    /** Holds the chains in force; false where a plugin is being replaced in place, and is waited for. */
    private boolean hold(Runnable again, Executor turn) {
        while (true) {
            var now = engine().current(subject.connection());
            if (now.gaps().moments().contains(Moment.AUTH) && !engine().isClosed()) {
                engine().await(now, turn, again);
                return false;
            }
            if (now.hold()) {
                chains.set(now);
                return true;
            }
        }
    }

    private void work(byte @Nullable [] response) {
        var result = UNAVAILABLE_NOW;
        try {
            begin();
            isLimited = false;
            isUnavailable = false;
            result = take(response);
        } catch (Throwable t) {
            LOG.error("an exchange of {} failed: {}", mechanism, Faults.text(t));
        } finally {
            wipe(response);
            end();
            done(result);
        }
    }

    private static void wipe(byte @Nullable [] response) {
        if (response != null) {
            Arrays.fill(response, (byte) 0);
        }
    }

    private Result take(byte @Nullable [] response) {
        var by = link;
        if (by == null) {
            by = find();
            if (by == null) {
                return UNAVAILABLE_NOW;
            }
        }
        if (exchange == null) {
            var opening = isInvited ? SaslMechanism.Opening.CLIENT : opening(by);
            if (opening == null) {
                return UNAVAILABLE_NOW;
            }
            if (opening == SaslMechanism.Opening.CLIENT && response == null) {
                isInvited = true;
                return new Result(new Answer.Challenge(""), null);
            }
            if (opening == SaslMechanism.Opening.SERVER && response != null) {
                return new Result(new Answer.TooEarly(), null);
            }
            var begun =
                    call(by, subject, (hook, call) -> (Object) hook.to("begin").invokeExact(call.connection(), stores));
            if (begun instanceof Guard.Outcome) {
                return UNAVAILABLE_NOW;
            }
            exchange = begun;
        }
        return guard().mayCall(by) ? answer(by, response == null ? NOTHING : response) : UNAVAILABLE_NOW;
    }

    private SaslMechanism.@Nullable Opening opening(Link by) {
        return call(by, null, (hook, call) ->
                                (SaslMechanism.Opening) hook.to("opening").invokeExact())
                        instanceof SaslMechanism.Opening opening
                ? opening
                : null;
    }

    /** Finds the mechanism of the name, and the stores. */
    private @Nullable Link find() {
        var held = chains.get();
        var found = new ArrayList<CredentialStore>();
        Link by = null;
        if (held != null) {
            for (var one : held.links(Moment.AUTH)) {
                if (one.component().has(CredentialStore.class)) {
                    found.add(new Lent(one));
                }
                if (by == null && one.component().has(SaslMechanism.class) && guard().mayCall(one)) {
                    var name = call(
                            one, null, (hook, call) -> (String) hook.to("name").invokeExact());
                    if (name == Guard.LOST) {
                        return null;
                    }
                    if (name instanceof String text && text.equalsIgnoreCase(mechanism)) {
                        by = one;
                    }
                }
            }
        }
        if (by == null) {
            LOG.info("{} {} was offered, and is not there any more", id(), mechanism);
        }
        stores = List.copyOf(found);
        link = by;
        return by;
    }

    private Result answer(Link by, byte[] response) {
        var with = exchange;
        var step = call(by, subject, (hook, call) -> {
            try {
                return (SaslMechanism.Step) hook.to("step").invokeExact(with, response);
            } catch (LookupException e) {
                if (!isUnavailable && !isLimited) {
                    tell(by, e);
                }
                return UNAVAILABLE;
            }
        });
        if (step instanceof SaslMechanism.Success(var who) && !isLimited && !who.isEmpty()) {
            return new Result(new Answer.Success(), who);
        }
        return new Result(isLimited ? new Answer.Limited() : answer(step), user(by));
    }

    private Answer answer(Object step) {
        return switch (step) {
            case SaslMechanism.Challenge challenge ->
                new Answer.Challenge(Base64.getEncoder().encodeToString(challenge.data()));
            // one store said no, and another could not be asked: it might have said yes
            case SaslMechanism.Failure(var reply) when !isUnavailable -> new Answer.Failure(reply);
            default -> new Answer.Unavailable();
        };
    }

    /** Returns who the client says it is, as far as the mechanism knows. */
    private @Nullable String user(Link by) {
        if (isLost()) {
            return null;
        }
        var with = exchange;
        var told = call(by, null, (hook, call) -> (Optional<?>) hook.to("user").invokeExact(with));
        return told instanceof Optional<?> maybe && maybe.orElse(null) instanceof String name && !name.isEmpty()
                ? name
                : null;
    }

    private void tell(Link by, LookupException thrown) {
        LOG.warn("{} can't be asked now: {}", by.name(), Text.escaped(String.valueOf(thrown.getMessage())));
    }

    /** Answers the step, and cleans up where the exchange was closed meanwhile, or can't go on. */
    private void done(Result result) {
        Waiting told;
        boolean isOver;
        Link counted;
        synchronized (this) {
            told = waiting;
            waiting = null;
            isRunning = false;
            counted = late;
            isOver = isClosed || isLost();
        }
        if (isOver) {
            release();
        }
        if (counted != null) {
            counted.component().lateCalls().decrementAndGet();
        }
        answer(told, result);
    }

    private static void answer(@Nullable Waiting told, Result result) {
        if (told == null) {
            return;
        }
        try {
            told.turn().execute(() -> told.then().accept(result));
        } catch (RejectedExecutionException e) {
            LOG.debug("the session is gone, nobody authenticates any more");
        }
    }

    @Override
    void lost(Call given) {
        Waiting told;
        synchronized (this) {
            told = waiting;
            waiting = null;
            var by = link;
            if (isRunning && by != null && !by.equals(given.link())) {
                late = by;
                by.component().lateCalls().incrementAndGet();
            }
        }
        // what is late is counted where it is: nobody else has to wait for it
        unhold();
        answer(told, UNAVAILABLE_NOW);
    }

    @Override
    public void close() {
        synchronized (this) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            if (isRunning) {
                return;
            }
        }
        if (exchange == null) {
            release();
        } else {
            Errand.start(id(), this::release);
        }
    }

    /** Lets go of what is held, once. */
    private void release() {
        synchronized (this) {
            if (isReleased) {
                return;
            }
            isReleased = true;
        }
        var with = exchange;
        var by = link;
        exchange = null;
        if (with != null && by != null) {
            if (isLost()) {
                disposeLate(by, with);
            } else {
                begin();
                var _ = call(by, null, (hook, call) -> {
                    hook.to("dispose").invokeExact(with);
                    return true;
                });
                end();
            }
        }
        unhold();
    }

    private void unhold() {
        var held = chains.getAndSet(null);
        if (held != null) {
            held.unhold();
        }
    }

    /** On the thread that has come back late: nobody watches it any more. */
    private static void disposeLate(Link by, Object with) {
        try {
            by.hook().to("dispose").invokeExact(with);
        } catch (Throwable t) {
            LOG.error("{} at auth: {}", by.name(), t.getClass().getName());
        }
    }

    /** A store, as a mechanism asks it within a step: what it does wrong is its own fault and not the mechanism's. */
    private final class Lent implements CredentialStore {

        private final Link its;

        Lent(Link its) {
            this.its = its;
        }

        @Override
        public Set<String> kinds() {
            try {
                var kinds = new HashSet<String>();
                if (ask((hook, call) -> (Set<?>) hook.to("kinds").invokeExact()) instanceof Set<?> some) {
                    some.forEach(one -> kinds.add(String.valueOf(one)));
                }
                return kinds;
            } catch (LookupException e) {
                return Set.of();
            }
        }

        @Override
        public Verdict verify(SmtpConnection connection, String user, char[] password) throws LookupException {
            admit(user);
            return (Verdict)
                    ask((hook, call) -> (Verdict) hook.to("verify").invokeExact(call.connection(), user, password));
        }

        @Override
        public Optional<byte[]> secret(String user, String kind) throws LookupException {
            admit(user);
            return ask((hook, call) -> (Optional<?>) hook.to("secret").invokeExact(user, kind))
                                    instanceof Optional<?> maybe
                            && maybe.orElse(null) instanceof byte[] bytes
                    ? Optional.of(bytes)
                    : Optional.empty();
        }

        @Override
        public TokenVerdict verifyToken(SmtpConnection connection, String user, char[] token) throws LookupException {
            admit(user);
            return (TokenVerdict) ask(
                    (hook, call) -> (TokenVerdict) hook.to("verifyToken").invokeExact(call.connection(), user, token));
        }

        private void admit(String user) throws LookupException {
            if (!user.isEmpty() && !gate.mayAsk(user)) {
                isLimited = true;
                throw new LookupException("too many failures of this user");
            }
        }

        private Object ask(Guard.Body body) throws LookupException {
            if (!isHere()) {
                throw new IllegalStateException("a store is asked within a step only");
            }
            if (!guard().mayCall(its)) {
                throw unavailable();
            }
            var answer = SaslExchange.this.call(its, subject, (hook, call) -> {
                try {
                    return body.run(hook, call);
                } catch (LookupException e) {
                    tell(its, e);
                    return UNAVAILABLE;
                }
            });
            if (answer instanceof Guard.Outcome || answer.equals(UNAVAILABLE)) {
                throw unavailable();
            }
            return answer;
        }

        private LookupException unavailable() {
            isUnavailable = true;
            return new LookupException("a store can't be asked now");
        }
    }
}
