package org.tarishi.api;

import java.util.regex.Pattern;

/**
 * An enhanced mail system status code (RFC 3463 section 2): class, subject, detail.
 *
 * @param statusClass 2 success, 4 persistent transient failure, 5 permanent failure
 * @param subject 0 to 999
 * @param detail 0 to 999
 */
public record EnhancedStatus(int statusClass, int subject, int detail) {

    private static final Pattern FORM = Pattern.compile("([245])\\.(\\d{1,3})\\.(\\d{1,3})");

    /** Refuses what RFC 3463 has no room for. */
    public EnhancedStatus {
        if (statusClass != 2 && statusClass != 4 && statusClass != 5) {
            throw new IllegalArgumentException("status class must be 2, 4 or 5: " + statusClass);
        }
        if (subject < 0 || subject > 999 || detail < 0 || detail > 999) {
            throw new IllegalArgumentException("subject and detail are 0 to 999: " + subject + "." + detail);
        }
    }

    /**
     * Reads the form {@code 5.1.1}.
     *
     * @throws IllegalArgumentException when it is no status of RFC 3463
     */
    public static EnhancedStatus parse(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new IllegalArgumentException("want a status such as 5.1.1: " + Text.escaped(text));
        }
        return new EnhancedStatus(
                Integer.parseInt(match.group(1)), Integer.parseInt(match.group(2)), Integer.parseInt(match.group(3)));
    }

    /** Returns the same subject and detail under another class. */
    public EnhancedStatus withClass(int other) {
        return new EnhancedStatus(other, subject, detail);
    }

    @Override
    public String toString() {
        return statusClass + "." + subject + "." + detail;
    }
}
