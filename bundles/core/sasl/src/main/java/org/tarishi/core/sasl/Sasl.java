package org.tarishi.core.sasl;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
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
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.api.service.Tables;

/** What the mechanisms share: settings, randomness, tables, and the key that makes salts of users who have none. */
@Component(service = Sasl.class, configurationPid = Settings.PID)
@Designate(ocd = Config.class)
public final class Sasl {

    private static final Logger LOG = LoggerFactory.getLogger(Sasl.class);

    private static final int KEY_LENGTH = 32;

    private final SecureRandom random = new SecureRandom();
    private final byte[] saltKey;
    private final AtomicReference<@Nullable Tables> tables = new AtomicReference<>();
    private volatile Settings settings;

    /** Makes it for the container. */
    @Activate
    public Sasl(BundleContext context, Config config) {
        this(new Settings(config), folder(context));
    }

    Sasl(Settings settings, Path folder) {
        this.settings = settings;
        this.saltKey = saltKey(folder);
    }

    private static Path folder(BundleContext context) {
        var data = context.getProperty("tarishi.data");
        return Path.of(data == null ? "data" : data).resolve("sasl");
    }

    /** Takes other settings, for exchanges that begin from now on. */
    @Modified
    void modified(Config config) {
        settings = new Settings(config);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindTables(Tables service) {
        tables.set(service);
    }

    void unbindTables(Tables service) {
        tables.compareAndSet(service, null);
    }

    /** A salt must be the same after a restart, or who asks before and after learns that it stands for nobody. */
    private byte[] saltKey(Path folder) {
        var file = folder.resolve("salt.key");
        try {
            if (Files.exists(file)) {
                var key = Files.readAllBytes(file);
                if (key.length == KEY_LENGTH) {
                    return key;
                }
                LOG.warn("{} is no key, another one takes its place", file);
            }
            var key = new byte[KEY_LENGTH];
            random.nextBytes(key);
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.deleteIfExists(file);
            try (var channel = Files.newByteChannel(
                    file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                channel.write(ByteBuffer.wrap(key));
            }
            return key;
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("{} can't be kept, so salts of unknown users change at the next start: {}", file, e.toString());
            var key = new byte[KEY_LENGTH];
            random.nextBytes(key);
            return key;
        }
    }

    Settings settings() {
        return settings;
    }

    /** Returns so many random octets. */
    byte[] random(int length) {
        var octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }

    /** Returns the key of salts; not to be changed. */
    byte[] saltKey() {
        return saltKey;
    }

    /** Returns tables by their names. */
    Table tables(List<String> names) throws LookupException {
        var now = tables.get();
        if (now == null) {
            throw new LookupException("tables are not there");
        }
        return now.open(names);
    }
}
