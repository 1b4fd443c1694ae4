package org.tarishi.core.tls;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.core.spi.ClientCertificates;
import org.tarishi.core.spi.ClientTls;
import org.tarishi.core.spi.TlsContexts;

/** Keeps what TLS needs in force: looks at files and settings, and swaps the contexts when something has changed. */
@Component(
        immediate = true,
        service = {TlsContexts.class, Supplier.class},
        property = "tarishi.status=tls",
        configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class TlsKeys implements TlsContexts, Supplier<Map<String, Object>> {

    private static final Logger LOG = LoggerFactory.getLogger(TlsKeys.class);

    static {
        // The JDK reads it at the first handshake of a server. A client that asks for another handshake within TLS 1.2
        // costs
        // a signature each time, and confuses who thinks of a session as one (CVE-2009-3555, CVE-2011-1473).
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    private final Path conf;
    private final Clock clock;
    private final Store store;
    private final Revocations revocations;
    private final Expiry expiry;
    private final ReentrantLock looking = new ReentrantLock();
    private final Staples staples;
    private final Thread watch;

    private volatile Contexts contexts;
    /** What is refused, and what is known of revocations; lines of the status. */
    private volatile List<String> others = List.of();

    private volatile boolean stopped;

    /** Makes it for the container. */
    @Activate
    public TlsKeys(BundleContext context, Config config) {
        this(
                new Settings(config),
                folder(context, "tarishi.conf", "conf"),
                folder(context, "tarishi.data", "data"),
                Clock.systemUTC());
        watch.start();
    }

    TlsKeys(Settings settings, Path conf, Path data, Clock clock) {
        this.conf = conf;
        this.clock = clock;
        this.store = new Store(conf, data, clock);
        this.revocations = new Revocations(conf, clock);
        this.expiry = new Expiry(clock);
        this.staples = new Staples(clock);
        this.watch = Thread.ofVirtual().name("tls-watch").unstarted(this::watch);
        var _ = store.look(settings, true, false);
        var _ = revocations.look(settings.clientRevocationLists());
        var _ = staples.prepare(settings.stapling());
        this.contexts =
                new Contexts(settings, store.index(), heeding(authorities(settings), settings), servers(settings));
        told(settings);
    }

    static Path folder(BundleContext context, String property, String otherwise) {
        var folder = context.getProperty(property);
        return Path.of(folder == null ? otherwise : folder).toAbsolutePath().normalize();
    }

    /** Takes other settings, for connections that begin from now on; throws before anything has changed. */
    @Modified
    void modified(Config config) {
        take(new Settings(config));
    }

    void take(Settings settings) {
        var clients = read("clientAuthorities", settings.clientAuthorities());
        var servers = settings.serverAuthorities().isEmpty()
                ? Authorities.ofJdk()
                : read("serverAuthorities", settings.serverAuthorities());
        looking.lock();
        try {
            var before = contexts.settings();
            if (!settings.files().isEmpty() && !settings.files().equals(before.files())) {
                check("files", settings.files(), named -> Group.check(named, clock));
            }
            if (!settings.clientRevocationLists().equals(before.clientRevocationLists())) {
                check(
                        "clientRevocationLists",
                        settings.clientRevocationLists(),
                        named -> Revocations.check(named, clock));
            }
            boolean isElsewhere = !settings.files().equals(before.files())
                    || !settings.folder().equals(before.folder());
            var _ = store.look(settings, isElsewhere, true);
            var _ = revocations.look(settings.clientRevocationLists());
            var _ = staples.prepare(settings.stapling());
            contexts = new Contexts(settings, store.index(), heeding(clients, settings), servers);
            told(settings);
        } finally {
            looking.unlock();
        }
        // The pause of the watch may be another now.
        watch.interrupt();
    }

    /** What the operator names is to be good when it is named, or the name is refused. */
    private void check(String key, List<Path> named, Settings.Reading reading) {
        try {
            reading.read(named.stream().map(conf::resolve).toList());
        } catch (KeyFileException e) {
            throw new InvalidSettingException(key, String.valueOf(e.getMessage()));
        }
    }

    /** Where lists are named, what they do not tell of is not trusted, also while none of them can be read. */
    private Authorities heeding(Authorities clients, Settings settings) {
        return settings.clientRevocationLists().isEmpty() ? clients : clients.heeding(revocations.inForce());
    }

    private Authorities read(String key, List<Path> files) {
        try {
            return Authorities.of(files.stream().map(conf::resolve).toList());
        } catch (KeyFileException e) {
            throw new InvalidSettingException(key, String.valueOf(e.getMessage()));
        }
    }

    /** At a start: who can't be read is trusted by nobody, and all else goes on. */
    private Authorities authorities(Settings settings) {
        try {
            return read("clientAuthorities", settings.clientAuthorities());
        } catch (InvalidSettingException e) {
            LOG.error("no client's certificate is trusted: {}", e.getMessage());
            return nobody();
        }
    }

    private Authorities servers(Settings settings) {
        if (settings.serverAuthorities().isEmpty()) {
            return Authorities.ofJdk();
        }
        try {
            return read("serverAuthorities", settings.serverAuthorities());
        } catch (InvalidSettingException e) {
            LOG.error("no server's certificate is trusted: {}", e.getMessage());
            return nobody();
        }
    }

    private static Authorities nobody() {
        try {
            return Authorities.of(List.of());
        } catch (KeyFileException e) {
            throw new IllegalStateException("no file", e);
        }
    }

    @Deactivate
    void deactivate() {
        stopped = true;
        watch.interrupt();
        staples.close();
    }

    /** Makes a certificate where none was found at the start, which nobody should wait for. */
    void begin() {
        if (contexts.index().isEmpty()) {
            look();
        }
    }

    private void watch() {
        try {
            begin();
        } catch (RuntimeException e) {
            LOG.error("there is no certificate, and none could be made", e);
        }
        while (!stopped) {
            try {
                Thread.sleep(contexts.settings().checkEvery());
                look();
                lookForStaples();
            } catch (InterruptedException e) {
                // Other settings, or the end.
            } catch (RuntimeException e) {
                LOG.error("certificates could not be looked at for a change", e);
            }
        }
    }

    /** Looks at the files, and takes up what has changed. */
    void look() {
        looking.lock();
        try {
            var now = contexts;
            var settings = now.settings();
            boolean isOther = store.look(settings, false, true);
            isOther |= revocations.look(settings.clientRevocationLists());
            if (isOther) {
                contexts = new Contexts(settings, store.index(), heeding(now.clients(), settings), now.servers());
            }
            told(settings);
        } finally {
            looking.unlock();
        }
    }

    /** Looks for OCSP responses, which may take a while. */
    void lookForStaples() throws InterruptedException {
        var now = contexts;
        staples.look(now.index().all(), now.settings().stapling());
    }

    private void told(Settings settings) {
        var lines = new ArrayList<>(store.troubles());
        lines.addAll(revocations.lines());
        others = List.copyOf(lines);
        expiry.look(contexts.index().all(), settings.warnBeforeExpiry());
    }

    // ---- the service

    @Override
    public Optional<String> trouble() {
        return contexts.index().isEmpty() ? Optional.of("there is no certificate") : Optional.empty();
    }

    @Override
    public SSLEngine serverEngine(ClientCertificates certificates) {
        var now = contexts;
        if (now.index().isEmpty()) {
            throw new IllegalStateException("there is no certificate");
        }
        return now.server(certificates);
    }

    @Override
    public Optional<String> objectionToClient(List<X509Certificate> chain) {
        return contexts.objectionToClient(chain);
    }

    @Override
    public SSLEngine clientEngine(ClientTls wanted) {
        return contexts.client(wanted);
    }

    @Override
    public Optional<String> objectionToServer(List<X509Certificate> chain, List<String> names) {
        return contexts.objectionToServer(chain, names);
    }

    /** For the launcher's status: {@code ready}, and {@code lines}, one a certificate, one for each that is refused, one a revocation list. */
    @Override
    public Map<String, Object> get() {
        var index = contexts.index();
        var lines = new ArrayList<String>();
        index.all().forEach(identity -> lines.add(identity.toString()));
        lines.addAll(others);
        return Map.of("ready", !index.isEmpty(), "lines", List.copyOf(lines));
    }
}
