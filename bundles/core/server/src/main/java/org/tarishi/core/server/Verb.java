package org.tarishi.core.server;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tarishi.api.ListenerMode;

/** The commands that the core knows; what is said of each here, nobody asks by name. */
enum Verb {
    HELO("HELO domain", 0, Rule.ENDS_GROUP, Rule.SMTP_ONLY),
    EHLO("EHLO domain", 0, Rule.ENDS_GROUP, Rule.SMTP_ONLY, Rule.BEFORE_TLS),
    LHLO("LHLO domain", 0, Rule.ENDS_GROUP, Rule.LMTP_ONLY, Rule.BEFORE_TLS),
    STARTTLS("STARTTLS", 0, Rule.ENDS_GROUP, Rule.BEFORE_TLS),
    /**
     * Its parameters add to the line: SIZE 26 (RFC 1870), BODY 17 (RFC 6152), SMTPUTF8 10 (RFC 6531), RET 9 and ENVID 107 (RFC 3461),
     * MT-PRIORITY 15 (RFC 6710), HOLDUNTIL 34 (RFC 4865).
     */
    MAIL("MAIL FROM:<sender> [parameters]", 218),
    /** NOTIFY 29, ORCPT 507 (RFC 3461). */
    RCPT("RCPT TO:<recipient> [parameters]", Verb.MOST_EXTRA_ROOM),
    DATA("DATA", 0, Rule.ENDS_GROUP),
    BDAT("BDAT octets [LAST]", 0),
    RSET("RSET", 0),
    NOOP("NOOP [text]", 0, Rule.ENDS_GROUP, Rule.BEFORE_TLS),
    QUIT("QUIT", 0, Rule.ENDS_GROUP, Rule.BEFORE_TLS),
    /** Its line has a limit of its own (RFC 4954 section 4). */
    AUTH("AUTH mechanism [initial-response]", 0, Rule.ENDS_GROUP),
    VRFY("VRFY address [SMTPUTF8]", 0, Rule.ENDS_GROUP),
    HELP("HELP [command]", 0, Rule.ENDS_GROUP);

    /** What AUTH adds to MAIL where it is offered (RFC 4954 section 3). */
    static final int ROOM_OF_AUTH = 500;

    /** The most that any verb adds to the line limit, but for what AUTH adds. */
    static final int MOST_EXTRA_ROOM = 536;

    private final String usage;

    /** Octets that this command's line may have beyond the limit. */
    private final int extraRoom;

    private final boolean endsGroup;
    private final boolean smtpOnly;
    private final boolean lmtpOnly;
    private final boolean beforeTls;

    Verb(String usage, int extraRoom, Rule... rules) {
        var all = List.of(rules);
        this.usage = usage;
        this.extraRoom = extraRoom;
        this.endsGroup = all.contains(Rule.ENDS_GROUP);
        this.smtpOnly = all.contains(Rule.SMTP_ONLY);
        this.lmtpOnly = all.contains(Rule.LMTP_ONLY);
        this.beforeTls = all.contains(Rule.BEFORE_TLS);
    }

    /** Returns how the command is written. */
    String usage() {
        return usage;
    }

    int extraRoom() {
        return extraRoom;
    }

    boolean is(Rule rule) {
        return switch (rule) {
            case ENDS_GROUP -> endsGroup;
            case SMTP_ONLY -> smtpOnly;
            case LMTP_ONLY -> lmtpOnly;
            case BEFORE_TLS -> beforeTls;
        };
    }

    /** Returns the verb with this name in any case, if a listener of this mode knows it. */
    static Optional<Verb> of(String name, ListenerMode mode) {
        var wrong = mode == ListenerMode.LMTP ? Rule.SMTP_ONLY : Rule.LMTP_ONLY;
        return named(name).filter(verb -> !verb.is(wrong));
    }

    private static Optional<Verb> named(String name) {
        if (name.length() != 4) {
            return name.equalsIgnoreCase("STARTTLS") ? Optional.of(STARTTLS) : Optional.empty();
        }
        return Optional.ofNullable(
                switch (name.toUpperCase(Locale.ROOT)) {
                    case "HELO" -> HELO;
                    case "EHLO" -> EHLO;
                    case "LHLO" -> LHLO;
                    case "MAIL" -> MAIL;
                    case "RCPT" -> RCPT;
                    case "DATA" -> DATA;
                    case "BDAT" -> BDAT;
                    case "RSET" -> RSET;
                    case "NOOP" -> NOOP;
                    case "QUIT" -> QUIT;
                    case "AUTH" -> AUTH;
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
        LMTP_ONLY,
        /** RFC 3207 section 4: it may be said where everything else needs TLS. */
        BEFORE_TLS
    }
}
