package org.tarishi.core.hooks;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Moment;
import org.tarishi.api.hook.HookResult;
import org.tarishi.core.spi.Admission;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.Subject;
import org.tarishi.core.spi.Verdict;

/** An engine with a clock of its own, plugins without a framework, and the log. */
final class Kit implements AutoCloseable {

    private final AtomicLong nanos = new AtomicLong(1_000_000_000_000L);
    private final AtomicLong services = new AtomicLong();
    private final Set<Long> uninstalled = ConcurrentHashMap.newKeySet();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            // as the line is laid out: the id stands in front, once
            var id = event.getMDCPropertyMap().get("id");
            log.add((id == null ? "" : id + " ") + event.getFormattedMessage());
        }
    };
    private final int[] parallelism = {2};
    private final Engine engine;
    private final FakeConnection connection;

    Kit(Object... settings) {
        this(false, settings);
    }

    private Kit(boolean isReal, Object... settings) {
        appender.start();
        ((Logger) LoggerFactory.getLogger("org.tarishi.plugins")).addAppender(appender);
        engine = new Engine(
                settings(settings),
                isReal ? System::nanoTime : nanos::get,
                isReal ? Carriers.ofThisJvm() : new Carriers(() -> parallelism[0], n -> parallelism[0] = n),
                Engine.Bundles.none(id -> !uninstalled.contains(id)));
        connection = new FakeConnection("C1", engine);
        if (isReal) {
            engine.start();
        }
    }

    /** Returns one with the machine's clock, a running watchdog, and this JVM's carriers. */
    static Kit real(Object... settings) {
        return new Kit(true, settings);
    }

    /** Returns settings with defaults but for these keys and values. */
    static ChainSettings settings(Object... pairs) {
        return new ChainSettings(config(pairs));
    }

    static ChainConfig config(Object... pairs) {
        var values = new HashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put((String) pairs[i], pairs[i + 1]);
        }
        return (ChainConfig) Proxy.newProxyInstance(
                Kit.class.getClassLoader(),
                new Class<?>[] {ChainConfig.class, Annotation.class},
                (proxy, method, args) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    static String[] list(String... items) {
        return items;
    }

    Engine engine() {
        return engine;
    }

    FakeConnection connection() {
        return connection;
    }

    List<String> log() {
        return log;
    }

    int parallelism() {
        return parallelism[0];
    }

    void advanceSeconds(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    void round() {
        engine.watchdog().round();
    }

    void uninstall(long bundle) {
        uninstalled.add(bundle);
    }

    /** Describes a component; see {@link Described}. */
    Described plugin(String name) {
        return new Described(name);
    }

    /** A component to be installed. */
    final class Described {
        private final String name;
        private long bundle = 100 + services.get();
        private String version = "1.0.0";
        private int ranking;
        private boolean isNonBlocking;
        private @Nullable String verb;
        private @Nullable String component;
        private List<String> formerly = List.of();
        private Map<String, Set<String>> expected = Map.of();

        Described(String name) {
            this.name = name;
        }

        Described bundle(long id, String itsVersion) {
            bundle = id;
            version = itsVersion;
            return this;
        }

        Described ranking(int rank) {
            ranking = rank;
            return this;
        }

        Described nonBlocking() {
            isNonBlocking = true;
            return this;
        }

        Described verb(String word) {
            verb = word;
            return this;
        }

        Described formerly(String... names) {
            formerly = List.of(names);
            return this;
        }

        Described component(String itsName, String... all) {
            component = itsName;
            expected = Map.of(PluginName.parse(name).id(), Set.of(all));
            return this;
        }

        Source source(Object instance) {
            var names = new ArrayList<String>();
            for (var type : interfaces(instance.getClass())) {
                names.add(type.getName());
            }
            return new Source(
                    services.incrementAndGet(),
                    ranking,
                    bundle,
                    "plugin." + name.replace('/', '.'),
                    new Version(version),
                    PluginName.parse(name),
                    formerly,
                    Kind.of(names.toArray(String[]::new)),
                    verb,
                    isNonBlocking,
                    component);
        }

        Source install(Object instance) {
            var source = source(instance);
            engine.arrived(source, instance, expected);
            return source;
        }

        <H> Source hook(Class<H> type, H hook) {
            return install(type.cast(hook));
        }
    }

    private static Set<Class<?>> interfaces(Class<?> type) {
        var all = new LinkedHashSet<Class<?>>();
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            all.addAll(List.of(c.getInterfaces()));
        }
        return new HashSet<>(all);
    }

    FakeTransaction transaction(String id) {
        return new FakeTransaction(id, connection, engine);
    }

    Subject about(@Nullable FakeTransaction tx, @Nullable Object argument) {
        return new Subject(connection, tx, null, argument);
    }

    /** Begins a transaction that is admitted at once. */
    Generation begin() {
        var told = new CompletableFuture<Admission>();
        engine.begin(Runnable::run, told::complete);
        assert told.isDone();
        return ((Admission.Admitted) told.join()).generation();
    }

    CompletableFuture<Admission> beginLater() {
        var told = new CompletableFuture<Admission>();
        engine.begin(Runnable::run, told::complete);
        return told;
    }

    CompletableFuture<Verdict<HookResult>> askLater(Generation generation, Moment moment, Subject subject) {
        var told = new CompletableFuture<Verdict<HookResult>>();
        generation.ask(moment, subject, Runnable::run, verdict -> {
            if (!told.complete(verdict)) {
                throw new AssertionError("told twice");
            }
        });
        return told;
    }

    Verdict<HookResult> ask(Moment moment, Subject subject) {
        return get(askLater(engine.current(), moment, subject));
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return future.get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    @Override
    public void close() {
        ((Logger) LoggerFactory.getLogger("org.tarishi.plugins")).detachAppender(appender);
        engine.close();
        engine.stop();
    }
}
