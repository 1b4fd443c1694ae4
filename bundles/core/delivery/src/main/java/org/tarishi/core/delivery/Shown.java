package org.tarishi.core.delivery;

import org.tarishi.api.Text;

/** Makes words of others fit for a line of a reply. */
final class Shown {

    private static final int LONGEST = 300;

    private Shown() {}

    /** Escapes, and cuts to a length; what is not ASCII becomes a question mark. */
    static String text(String said) {
        var ascii = new StringBuilder();
        Text.escaped(said).chars().limit(LONGEST).forEach(c -> ascii.append(c < 0x80 ? (char) c : '?'));
        return ascii.toString();
    }

    /** Returns what an exception says. */
    static String why(Exception e) {
        var message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
