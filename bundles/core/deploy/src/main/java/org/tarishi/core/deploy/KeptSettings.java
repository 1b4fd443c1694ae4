package org.tarishi.core.deploy;

import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tarishi.core.deploy.KeptVersions.Kept;
import org.tarishi.core.spi.PluginRefusedException;
import org.tarishi.core.spi.SettingsArchive;

/** The settings that a kept version had: what is taken note of, offered back, put back. */
final class KeptSettings {

    private final Supplier<@Nullable SettingsArchive> archive;

    KeptSettings(Supplier<@Nullable SettingsArchive> archive) {
        this.archive = archive;
    }

    /** Returns the texts in force of some settings; none where nobody can tell. */
    Map<String, String> texts(Set<String> pids) {
        var there = archive.get();
        return there == null ? Map.of() : there.texts(pids);
    }

    /** Says which keys differ from those that a version had, as an end of a sentence; empty when none do. */
    String offer(KeptVersions kept, Kept version, Set<String> pids) {
        var there = archive.get();
        if (there == null || !kept.hasSettings(version)) {
            return "";
        }
        var differences = there.differences(pids, kept.settings(version));
        return differences.isEmpty()
                ? ""
                : "; its settings were others then (" + String.join("; ", differences)
                        + "): `tarishi plugin rollback " + version.symbolicName() + " "
                        + (version.isShipped()
                                ? KeptVersions.SHIPPED
                                : version.hash().substring(0, 12))
                        + " --settings` puts them back";
    }

    /** Puts back the settings that a version had, and says what was done. */
    String putBack(KeptVersions kept, Kept version, Set<String> pids) throws PluginRefusedException {
        var there = archive.get();
        if (there == null) {
            throw new PluginRefusedException("core/config is not there, so that no settings can be put back");
        }
        if (!kept.hasSettings(version)) {
            throw new PluginRefusedException("the settings of " + version.symbolicName() + " " + version.shown()
                    + " were not kept: it has not been replaced yet");
        }
        var texts = kept.settings(version);
        var differences = there.differences(pids, texts);
        if (differences.isEmpty()) {
            return "; its settings are those that it had";
        }
        var problems = there.restore(pids, texts);
        if (!problems.isEmpty()) {
            throw new PluginRefusedException("the version is in force, its settings can't be put back: "
                    + String.join("; ", problems) + "; the ones of now stay");
        }
        return "; its settings of then are in force: " + String.join("; ", differences);
    }
}
