package org.tarishi.core.hooks;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.tarishi.api.Moment;
import org.tarishi.api.Text;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.SaslMechanism;
import org.tarishi.core.spi.Subject;

/** Finds out which SASL mechanisms are offered to one client: those that want to be, and that some store can serve. */
final class Mechanisms extends Nested {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.plugins");

    /** RFC 4422 section 3.1. */
    private static final Pattern NAME = Pattern.compile("[A-Z0-9_-]{1,20}");

    private final Chains chains;
    private final Subject subject;
    private final Executor turn;
    private final Consumer<List<String>> then;
    private final List<String> names = new ArrayList<>();
    private final AtomicBoolean isAnswered = new AtomicBoolean();

    /** Where the watchdog sees who is asked on an event loop; null on a virtual thread. */
    private @Nullable InlineSlot slot;

    /** Takes over one hold of the chains. */
    Mechanisms(Chains chains, Subject subject, Executor turn, Consumer<List<String>> then) {
        super(chains.engine(), subject.id());
        this.chains = chains;
        this.subject = subject;
        this.turn = turn;
        this.then = then;
    }

    /** Asks on this thread: all of them only compute. */
    void inline() {
        var its = chains.engine().watchdog().slot();
        var plugin = MDC.get("plugin");
        var before = MDC.get("id");
        MDC.put("id", id());
        slot = its;
        try {
            collect();
        } catch (RuntimeException | LinkageError e) {
            LOG.error("asking for mechanisms failed: {}", Faults.text(e));
        } finally {
            its.leave();
            Guard.restore("plugin", plugin);
            Guard.restore("id", before);
        }
        chains.unhold();
        then.accept(found());
    }

    /** Asks on a virtual thread. */
    void hop() {
        Errand.start(id(), this::work);
    }

    private void work() {
        try {
            begin();
            collect();
        } catch (Throwable t) {
            LOG.error("asking for mechanisms failed: {}", Faults.text(t));
        } finally {
            end();
            answer();
        }
    }

    private void collect() {
        var links = chains.links(Moment.AUTH);
        var kinds = new HashSet<String>();
        for (var link : links) {
            if (link.component().has(CredentialStore.class) && guard().mayCall(link)) {
                var has = ask(
                        link, null, (hook, call) -> (Set<?>) hook.to("kinds").invokeExact());
                if (has == Guard.LOST) {
                    return;
                }
                add(has, kinds);
            }
        }
        for (var link : links) {
            if (link.component().has(SaslMechanism.class) && guard().mayCall(link)) {
                var name = ask(link, subject, (hook, call) -> {
                    var needs = (Set<?>) hook.to("needs").invokeExact();
                    boolean isServed = needs.isEmpty() || needs.stream().anyMatch(kinds::contains);
                    return isServed && (boolean) hook.to("isOfferedTo").invokeExact(call.connection())
                            ? (String) hook.to("name").invokeExact()
                            : "";
                });
                if (name == Guard.LOST) {
                    return;
                }
                if (name instanceof String text && !text.isEmpty()) {
                    add(link, text.toUpperCase(Locale.ROOT));
                }
            }
        }
    }

    private Object ask(Link link, @Nullable Subject about, Guard.Body body) {
        var at = slot;
        if (at == null) {
            return call(link, about, body);
        }
        MDC.put("plugin", link.name());
        at.enter(link);
        return guard().call(new Call(link, id(), about, false), quiet(body));
    }

    private static void add(Object answer, Set<String> kinds) {
        if (answer instanceof Set<?> some) {
            for (var one : some) {
                if (one instanceof String kind) {
                    kinds.add(kind);
                }
            }
        }
    }

    private void add(Link link, String name) {
        if (!NAME.matcher(name).matches()) {
            LOG.error("{} is left out, its name is that of no mechanism: {}", link.name(), Text.escaped(name));
            return;
        }
        synchronized (names) {
            if (!names.contains(name)) {
                names.add(name);
            }
        }
    }

    private void answer() {
        if (!isAnswered.compareAndSet(false, true)) {
            return;
        }
        chains.unhold();
        var found = found();
        try {
            turn.execute(() -> then.accept(found));
        } catch (RejectedExecutionException e) {
            LOG.debug("the session is gone, nobody wants mechanisms any more");
        }
    }

    private List<String> found() {
        synchronized (names) {
            return List.copyOf(names);
        }
    }

    @Override
    void lost(Call given) {
        answer();
    }
}
