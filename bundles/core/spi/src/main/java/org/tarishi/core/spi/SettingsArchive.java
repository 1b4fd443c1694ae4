package org.tarishi.core.spi;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Gives out the texts of settings as they stand, and takes them back through the one gate; so a kept version of a plugin keeps its
 * settings. Texts hold secrets: whoever keeps one keeps it to itself. Any thread; may block.
 */
@ProviderType
public interface SettingsArchive {

    /**
     * Returns the texts in force.
     *
     * @param pids names of settings; that of a factory stands for all its instances
     * @return by PID; without those that have their defaults
     */
    Map<String, String> texts(Set<String> pids);

    /**
     * Says which keys a return to other texts would change, as {@code PID: key, key}; no values, for some are secret.
     *
     * @param pids as above; one without a text in {@code texts} would have its defaults, an instance of a factory stays
     * @param texts by PID
     */
    List<String> differences(Set<String> pids, Map<String, String> texts);

    /**
     * Puts texts in force, all or none.
     *
     * @param pids as above
     * @param texts by PID
     * @return what is wrong with them, in a line each; then nothing has changed
     */
    List<String> restore(Set<String> pids, Map<String, String> texts);

    /** Returns what is wrong with the files of these PIDs, in a line each. */
    List<String> complaints(Set<String> pids);
}
