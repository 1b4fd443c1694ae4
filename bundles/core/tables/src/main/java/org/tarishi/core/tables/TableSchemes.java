package org.tarishi.core.tables;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.api.service.TableSource;
import org.tarishi.core.spi.TablesBackend;

/** Opens tables by the scheme of their name: {@code inline}, {@code file}, {@code regex}, and those of {@link TableSource}s. */
@Component(configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class TableSchemes implements TablesBackend {

    private static final Logger LOG = LoggerFactory.getLogger(TableSchemes.class);

    /** More file tables than any settings need; beyond it something opens without end. */
    private static final int MOST_FILES = 1000;

    /** How long a source that leaves is kept for the look-ups it is answering. */
    private static final Duration DRAIN = Duration.ofSeconds(30);

    private final Path conf;
    private final Clock clock;
    private volatile Settings settings;

    private final Map<String, FileTable> files = new ConcurrentHashMap<>();
    private final Map<String, Source> sources = new ConcurrentHashMap<>();
    private final Thread watch;

    /** Makes it for the container. */
    @Activate
    public TableSchemes(BundleContext context, Config config) {
        this(new Settings(config), confFolder(context), Clock.systemUTC());
        watch.start();
    }

    TableSchemes(Settings settings, Path conf, Clock clock) {
        this.settings = settings;
        this.conf = conf.toAbsolutePath().normalize();
        this.clock = clock;
        this.watch = Thread.ofVirtual().name("tables-watch").unstarted(this::watch);
    }

    private static Path confFolder(BundleContext context) {
        var folder = context.getProperty("tarishi.conf");
        return Path.of(folder == null ? "conf" : folder);
    }

    /** Takes other settings; open tables follow when they are looked at next. */
    @Modified
    void modified(Config config) {
        settings = new Settings(config);
    }

    @Deactivate
    void deactivate() {
        watch.interrupt();
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(settings.checkEvery());
                refresh();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks at the files of all open tables. */
    void refresh() {
        for (var table : files.values()) {
            try {
                table.refresh();
            } catch (RuntimeException e) {
                // Not the file's fault but ours; the other tables are still to be looked at.
                LOG.error("{} could not be looked at for a change", table, e);
            }
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindSource(TableSource source, Map<String, Object> properties) {
        var scheme = scheme(properties);
        if (isOwn(scheme) || !scheme.matches("[a-z][a-z0-9+-]*")) {
            LOG.error(
                    "a source of tables is left out: its {} is '{}', want a word of its own such as sql",
                    TableSource.SCHEME,
                    Text.escaped(scheme));
            return;
        }
        sources.put(scheme, new Source(source));
    }

    /** Takes a source away and waits until the look-ups that it is answering have ended. */
    void unbindSource(TableSource source, Map<String, Object> properties) {
        var bound = sources.get(scheme(properties));
        if (bound == null || !bound.service().equals(source) || !sources.remove(scheme(properties), bound)) {
            return; // never taken in, or another has its place
        }
        try {
            if (!bound.drain()) {
                LOG.warn("the source of tables for {}: leaves while it is still being asked", scheme(properties));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String scheme(Map<String, Object> properties) {
        return String.valueOf(properties.get(TableSource.SCHEME));
    }

    private static boolean isOwn(String scheme) {
        return switch (scheme) {
            case "inline", "file", "regex" -> true;
            default -> false;
        };
    }

    @Override
    public Table open(String name) {
        int colon = name.indexOf(':');
        if (colon < 1 || colon == name.length() - 1) {
            throw new IllegalArgumentException("want scheme:name, such as file:host_list: " + Text.escaped(name));
        }
        var scheme = name.substring(0, colon).toLowerCase(Locale.ROOT);
        var rest = name.substring(colon + 1);
        return switch (scheme) {
            case "inline" -> Entries.inline(rest);
            case "file" -> file(scheme, rest, (lines, _) -> Entries.of(lines));
            case "regex" ->
                isInlinePattern(rest)
                        ? Patterns.inline(rest.substring(1, rest.length() - 1), settings)
                        : file(scheme, rest, Patterns::of);
            default -> new Routed(scheme, rest);
        };
    }

    private static boolean isInlinePattern(String rest) {
        return rest.length() > 2 && rest.startsWith("/") && rest.endsWith("/");
    }

    private Table file(String scheme, String rest, FileTable.Reader reader) {
        var path = path(rest);
        var name = scheme + ":" + path;
        var open = files.get(name);
        if (open != null) {
            return open;
        }
        if (files.size() >= MOST_FILES) {
            throw new IllegalArgumentException("more than " + MOST_FILES + " files are open as tables");
        }
        var table = files.computeIfAbsent(
                name, _ -> new FileTable(scheme + ":" + Text.escaped(rest), path, reader, () -> settings, clock));
        table.refresh();
        return table;
    }

    private Path path(String rest) {
        try {
            var given = Path.of(rest);
            if (given.isAbsolute()) {
                return given.normalize();
            }
            var path = conf.resolve(given).normalize();
            if (!path.startsWith(conf) || path.equals(conf)) {
                throw new IllegalArgumentException(
                        "leads out of " + conf + "; write the whole path if that is meant: " + rest);
            }
            return path;
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("not a file name: " + Text.escaped(rest), e);
        }
    }

    /** A source that is there, what was opened of it, and how many are asking; goes with it. */
    private record Source(TableSource service, Map<String, Table> open, Phaser calls) {

        private static final int MOST_OPEN = 1000;

        Source(TableSource service) {
            this(service, new ConcurrentHashMap<>(), new Phaser(1));
        }

        /** Enters a call; false when the source has gone meanwhile. */
        boolean enter() {
            return calls.register() >= 0;
        }

        void leave() {
            calls.arriveAndDeregister();
        }

        boolean drain() throws InterruptedException {
            int phase = calls.arriveAndDeregister();
            try {
                calls.awaitAdvanceInterruptibly(phase, DRAIN.toMillis(), TimeUnit.MILLISECONDS);
                return true;
            } catch (TimeoutException e) {
                return false;
            }
        }

        Table table(String rest) throws LookupException {
            var table = open.get(rest);
            if (table == null) {
                if (open.size() >= MOST_OPEN) {
                    open.clear(); // names that settings no longer use; the others are opened again
                }
                table = service.open(rest);
                open.put(rest, table);
            }
            return table;
        }
    }

    /** A table of whatever source has the scheme at the time of the look-up. */
    private final class Routed implements Table {

        private final String scheme;
        private final String rest;

        Routed(String scheme, String rest) {
            this.scheme = scheme;
            this.rest = rest;
        }

        @Override
        public Optional<String> get(String key) throws LookupException {
            return ask(table -> table.get(key));
        }

        @Override
        public boolean contains(String key) throws LookupException {
            return ask(table -> table.contains(key));
        }

        private <T> T ask(Question<T> question) throws LookupException {
            var source = sources.get(scheme);
            if (source == null || !source.enter()) {
                throw new LookupException("no source of tables for " + Text.escaped(scheme) + ": is installed");
            }
            try {
                return question.of(source.table(rest));
            } catch (IllegalArgumentException e) {
                throw new LookupException(Text.escaped(scheme + ":" + rest + ": " + e.getMessage()), e);
            } finally {
                source.leave();
            }
        }
    }

    @FunctionalInterface
    private interface Question<T> {

        T of(Table table) throws LookupException;
    }
}
