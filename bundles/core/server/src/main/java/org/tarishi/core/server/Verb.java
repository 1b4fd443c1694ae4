package org.tarishi.core.server;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tarishi.api.ListenerMode;

/** The commands that the core knows; what is said of each here, nobody asks by name. */
enum Verb {
    HELO(0, Rule.ENDS_GROUP, Rule.SMTP_ONLY),
    EHLO(0, Rule.ENDS_GROUP, Rule.SMTP_ONLY),
    LHLO(0, Rule.ENDS_GROUP, Rule.LMTP_ONLY),
    /** Its parameters add to the line: SIZE 26 (RFC 1870), BODY 17 (RFC 6152), SMTPUTF8 10 and the address (RFC 6531). */
    MAIL(160),
    RCPT(160),
    DATA(0, Rule.ENDS_GROUP),
    RSET(0),
    NOOP(0, Rule.ENDS_GROUP),
    QUIT(0, Rule.ENDS_GROUP),
    VRFY(0, Rule.ENDS_GROUP),
    HELP(0, Rule.ENDS_GROUP);

    /** The most that any verb adds to the line limit. */
    static final int MOST_EXTRA_ROOM = 160;

    /** Octets that this command's line may have beyond the limit. */
    private final int extraRoom;

    private final boolean endsGroup;
    private final boolean smtpOnly;
    private final boolean lmtpOnly;

    Verb(int extraRoom, Rule... rules) {
        var all = List.of(rules);
        this.extraRoom = extraRoom;
        this.endsGroup = all.contains(Rule.ENDS_GROUP);
        this.smtpOnly = all.contains(Rule.SMTP_ONLY);
        this.lmtpOnly = all.contains(Rule.LMTP_ONLY);
    }

    int extraRoom() {
        return extraRoom;
    }

    boolean is(Rule rule) {
        return switch (rule) {
            case ENDS_GROUP -> endsGroup;
            case SMTP_ONLY -> smtpOnly;
            case LMTP_ONLY -> lmtpOnly;
        };
    }

    /** Returns the verb with this name in any case, if a listener of this mode knows it. */
    static Optional<Verb> of(String name, ListenerMode mode) {
        var wrong = mode == ListenerMode.LMTP ? Rule.SMTP_ONLY : Rule.LMTP_ONLY;
        return named(name).filter(verb -> !verb.is(wrong));
    }

    private static Optional<Verb> named(String name) {
        if (name.length() != 4) {
            return Optional.empty();
        }
        return Optional.ofNullable(
                switch (name.toUpperCase(Locale.ROOT)) {
                    case "HELO" -> HELO;
                    case "EHLO" -> EHLO;
                    case "LHLO" -> LHLO;
                    case "MAIL" -> MAIL;
                    case "RCPT" -> RCPT;
                    case "DATA" -> DATA;
                    case "RSET" -> RSET;
                    case "NOOP" -> NOOP;
                    case "QUIT" -> QUIT;
                    case "VRFY" -> VRFY;
                    case "HELP" -> HELP;
                    default -> null;
                });
    }

    /** What may be said of a verb. */
    enum Rule {
        /** RFC 2920 section 3.1: nothing may be sent behind it before its reply is there. */
        ENDS_GROUP,
        /** RFC 2033 section 4.1: an LMTP server has no HELO and EHLO. */
        SMTP_ONLY,
        /** RFC 2033 section 4.1: LHLO is LMTP's. */
        LMTP_ONLY
    }
}
