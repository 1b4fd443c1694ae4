package org.tarishi.core.deploy;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.osgi.framework.FrameworkUtil;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;
import org.tarishi.core.spi.Obtainable;

/**
 * The checked form of {@link Config}.
 *
 * @param lookInterval how often to look into the deploy folder
 * @param checkLimit how long components may take to be ready
 * @param drainWait how long to wait for a place
 * @param coreDrain how long a part of the core that was replaced may go on with what has begun
 * @param stopLimit how long to wait for a bundle to stop
 * @param keptVersions how many versions are kept beside the one in force
 * @param probation through how many transactions a new version is watched; 0 for not at all
 * @param probationFaults the least faults that count
 * @param maxFileBytes the largest file
 * @param maxContentBytes the largest content
 * @param trustedSigners files of certificates, relative to the folder of settings; empty when nobody need sign
 * @param refuseDowngrades whether lower versions are refused
 */
@SettingsFor(Deploy.PID)
record Settings(
        Duration lookInterval,
        Duration checkLimit,
        Duration drainWait,
        Duration coreDrain,
        Duration stopLimit,
        int keptVersions,
        int probation,
        int probationFaults,
        long maxFileBytes,
        long maxContentBytes,
        List<Path> trustedSigners,
        boolean refuseDowngrades)
        implements Obtainable<Settings> {

    Settings(Config config) {
        this(
                Duration.ofMillis(config.lookInterval()),
                Duration.ofSeconds(config.checkLimit()),
                Duration.ofSeconds(config.drainWait()),
                Duration.ofSeconds(config.coreDrain()),
                Duration.ofSeconds(config.stopLimit()),
                config.keptVersions(),
                config.probation(),
                config.probationFaults(),
                config.maxFileBytes(),
                config.maxContentBytes(),
                paths(config.trustedSigners()),
                config.refuseDowngrades());
    }

    Settings {
        range("lookInterval", lookInterval.toMillis(), 50, 60_000, " milliseconds");
        range("checkLimit", checkLimit.toSeconds(), 1, 600, " seconds");
        range("drainWait", drainWait.toSeconds(), 0, 3600, " seconds");
        range("coreDrain", coreDrain.toSeconds(), 0, 86_400, " seconds");
        range("stopLimit", stopLimit.toSeconds(), 1, 600, " seconds");
        range("keptVersions", keptVersions, 1, 50, "");
        range("probation", probation, 0, 1_000_000, " transactions");
        range("probationFaults", probationFaults, 1, 1000, "");
        range("maxFileBytes", maxFileBytes, 65_536, 1L << 32, " octets");
        range("maxContentBytes", maxContentBytes, 65_536, 1L << 34, " octets");
        trustedSigners = List.copyOf(trustedSigners);
    }

    private static void range(String key, long value, long least, long most, String unit) {
        if (value < least || value > most) {
            throw new InvalidSettingException(key, "must be " + least + " to " + most + unit + ": " + value);
        }
    }

    private static List<Path> paths(String[] texts) {
        return Arrays.stream(texts)
                .map(text -> {
                    try {
                        if (text.isBlank()) {
                            throw new InvalidSettingException("trustedSigners", "want names of files");
                        }
                        return Path.of(text);
                    } catch (InvalidPathException e) {
                        throw new InvalidSettingException("trustedSigners", "is no name of a file: " + e.getReason());
                    }
                })
                .toList();
    }

    /** Reads the certificates: a file without them would leave the door shut for all, or for nobody. */
    @Override
    public void checkInPlaceOf(Settings inForce) {
        if (!trustedSigners.equals(inForce.trustedSigners) && !trustedSigners.isEmpty()) {
            var bundle = FrameworkUtil.getBundle(Settings.class);
            var context = bundle == null ? null : bundle.getBundleContext();
            var conf = context == null ? null : context.getProperty("tarishi.conf");
            Trust.read(trustedSigners, Path.of(Objects.requireNonNullElse(conf, "conf")));
        }
    }

    PluginJar.Limits jarLimits() {
        return new PluginJar.Limits(maxFileBytes, maxContentBytes);
    }
}
