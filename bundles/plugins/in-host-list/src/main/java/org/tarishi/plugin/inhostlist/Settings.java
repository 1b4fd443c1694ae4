package org.tarishi.plugin.inhostlist;

import java.util.List;
import java.util.regex.Pattern;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param domains the names of the tables
 * @param hostname whether this host's name counts
 * @param antiSpoof whether local senders must be let relay
 * @param isNonBlocking whether all tables are in memory
 */
@SettingsFor(Settings.PID)
record Settings(List<String> domains, boolean hostname, boolean antiSpoof, boolean isNonBlocking) {

    static final String PID = "org.tarishi.plugin.in-host-list";

    private static final Pattern TABLE = Pattern.compile("[A-Za-z][A-Za-z0-9+-]*:.+");
    private static final Pattern IN_MEMORY = Pattern.compile("(?i)(inline|file|regex):.*");

    Settings(Config config) {
        this(List.of(config.domains()), config.hostname(), config.antiSpoof(), config.tarishi_non_blocking());
    }

    Settings {
        domains = List.copyOf(domains);
        if (domains.isEmpty() && !hostname) {
            throw new InvalidSettingException("domains", "want at least one table, or hostname = true");
        }
        for (var table : domains) {
            if (!TABLE.matcher(table).matches()) {
                throw new InvalidSettingException("domains", "want scheme:name, such as file:host_list: " + table);
            }
            if (isNonBlocking && !IN_MEMORY.matcher(table).matches()) {
                throw new InvalidSettingException(
                        "tarishi.non.blocking",
                        "must be false for a table that is not inline:, file: or regex:: " + table);
            }
        }
    }
}
