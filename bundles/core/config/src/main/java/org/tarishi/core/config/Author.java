package org.tarishi.core.config;

import java.util.Locale;

/** By which door a change came. */
enum Author {
    /** The file was edited, or put there, while the server ran. */
    FILE,
    /** Another client of ConfigAdmin, such as the web console. */
    CONSOLE,
    /** The command line. */
    COMMAND,
    /** The file was other at this start than what was in force last. */
    START;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
