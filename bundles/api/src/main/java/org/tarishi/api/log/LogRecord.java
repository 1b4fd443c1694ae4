package org.tarishi.api.log;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** One line of the log. */
@ProviderType
public interface LogRecord {

    /** Returns when it was written. */
    Instant time();

    /** Returns the level by Haraka's names: PROTOCOL, DEBUG, INFO, NOTICE, WARN, ERROR, CRIT, ALERT, EMERG. */
    String level();

    /** Returns the logger's name. */
    String logger();

    /** Returns the id of the connection, transaction or mail, if the line belongs to one. */
    Optional<String> id();

    /** Returns the plugin that wrote it, if one did. */
    Optional<String> plugin();

    /** Returns the text. */
    String message();

    /** Returns the named values beside the text. */
    Map<String, String> values();
}
