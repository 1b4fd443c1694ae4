package org.tarishi.core.dsn;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Writes dates as headers have them (RFC 5322 section 3.3). */
final class Dates {

    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH);

    private Dates() {}

    static String of(Instant time, ZoneId zone) {
        return FORM.format(time.atZone(zone));
    }
}
