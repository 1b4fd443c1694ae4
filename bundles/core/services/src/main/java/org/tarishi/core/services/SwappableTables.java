package org.tarishi.core.services;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
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
import org.tarishi.api.service.Tables;
import org.tarishi.core.spi.TablesBackend;

/**
 * Tables that stay good while the backend behind them is replaced.
 *
 * <p>A table that plugins hold is a name; each look-up asks the backend of that moment. What a backend has opened goes with it.
 */
@Component(service = Tables.class, configurationPid = Settings.PID, immediate = true)
@Designate(ocd = Config.class)
public final class SwappableTables implements Tables {

    private static final Logger LOG = LoggerFactory.getLogger(SwappableTables.class);

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9+-]*:.+", Pattern.DOTALL);

    private final Backend<Opener> backend = new Backend<>();
    private final Map<TablesBackend, Opener> openers = new ConcurrentHashMap<>();
    private volatile Settings settings;

    /** Makes it for the container. */
    @Activate
    public SwappableTables(Config config) {
        this(new Settings(config));
    }

    SwappableTables(Settings settings) {
        this.settings = settings;
    }

    /** Takes other settings. */
    @Modified
    void modified(Config config) {
        settings = new Settings(config);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindBackend(TablesBackend service) {
        var opener = new Opener(service, new ConcurrentHashMap<>());
        openers.put(service, opener);
        backend.bind(opener);
    }

    void unbindBackend(TablesBackend service) {
        var opener = openers.remove(service);
        if (opener != null && !backend.unbind(opener, settings.drainWait())) {
            LOG.warn(
                    "a backend of tables leaves while it is still being asked, after drainWait = {}",
                    settings.drainWait());
        }
    }

    @Override
    public Table open(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("want scheme:name, such as file:host_list: " + Text.escaped(name));
        }
        // Says at once what is wrong with the name, and has the files read before the first look-up; a backend that is
        // not here now says so then.
        try (var lease = backend.lease(Duration.ZERO).orElse(null)) {
            if (lease != null) {
                lease.service().table(name);
            }
        } catch (LookupException e) {
            LOG.debug("{} can't be opened yet", Text.escaped(name), e);
        }
        return new Named(name);
    }

    @Override
    public Table open(List<String> names) {
        var tables = names.stream().map(this::open).toList();
        return tables.size() == 1 ? tables.getFirst() : new InOrder(tables);
    }

    /** Opens tables of one backend, and remembers them. */
    private record Opener(TablesBackend service, Map<String, Table> open) {

        private static final int MOST_OPEN = 1000;

        Table table(String name) throws LookupException {
            var table = open.get(name);
            if (table == null) {
                if (open.size() >= MOST_OPEN) {
                    open.clear(); // names that settings no longer use; the others are opened again
                }
                table = service.open(name);
                open.put(name, table);
            }
            return table;
        }
    }

    /** A table by its name. */
    private final class Named implements Table {

        private final String name;

        Named(String name) {
            this.name = name;
        }

        @Override
        public Optional<String> get(String key) throws LookupException {
            try (var lease = lease()) {
                return table(lease.service()).get(key);
            }
        }

        @Override
        public boolean contains(String key) throws LookupException {
            try (var lease = lease()) {
                return table(lease.service()).contains(key);
            }
        }

        private Backend.Lease<Opener> lease() throws LookupException {
            var wait = settings.backendWait();
            return backend.lease(wait)
                    .orElseThrow(() -> new LookupException(
                            Text.escaped(name) + ": no backend of tables is installed, waited " + wait));
        }

        private Table table(Opener opener) throws LookupException {
            try {
                return opener.table(name);
            } catch (IllegalArgumentException e) {
                throw new LookupException(Text.escaped(name + ": " + e.getMessage()), e);
            }
        }
    }

    /** Tables that are asked one after another. */
    private record InOrder(List<Table> tables) implements Table {

        @Override
        public Optional<String> get(String key) throws LookupException {
            for (var table : tables) {
                var value = table.get(key);
                if (value.isPresent()) {
                    return value;
                }
            }
            return Optional.empty();
        }

        @Override
        public boolean contains(String key) throws LookupException {
            for (var table : tables) {
                if (table.contains(key)) {
                    return true;
                }
            }
            return false;
        }
    }
}
