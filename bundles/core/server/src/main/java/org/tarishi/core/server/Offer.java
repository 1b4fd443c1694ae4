package org.tarishi.core.server;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.Text;
import org.tarishi.api.hook.Capabilities;

/** The extensions offered to one client. Plugins add to it while EHLO is answered; after that nobody does. */
final class Offer implements Capabilities {

    /** What a client that said HELO has. */
    static final Offer NONE = new Offer();

    private static final int LONGEST_LINE = 480;
    private static final int MOST_LINES = 60;
    private static final int MOST_LIMIT = 999_999;
    private static final Set<String> DSN_MAIL = Set.of("RET", "ENVID");
    private static final Set<String> DSN_RCPT = Set.of("NOTIFY", "ORCPT");

    private final List<String> lines = new ArrayList<>();
    private final Set<String> mail = new HashSet<>();
    private final Set<String> rcpt = new HashSet<>();
    private List<String> mechanisms = List.of();

    private Offer() {}

    /** Returns what the core offers. */
    static Offer of(Settings settings) {
        var offer = new Offer();
        offer.lines.add("PIPELINING");
        offer.lines.add("8BITMIME");
        offer.mail.add("BODY");
        if (settings.chunking()) {
            offer.lines.add("CHUNKING");
            if (settings.binaryMime()) {
                offer.lines.add("BINARYMIME");
            }
        }
        if (settings.smtpUtf8()) {
            offer.lines.add("SMTPUTF8");
            offer.mail.add("SMTPUTF8");
        }
        offer.lines.add(settings.maxBytes() == 0 ? "SIZE" : "SIZE " + settings.maxBytes());
        offer.mail.add("SIZE");
        offer.lines.add("ENHANCEDSTATUSCODES");
        if (settings.dsn()) {
            offer.lines.add("DSN");
            offer.mail.addAll(DSN_MAIL);
            offer.rcpt.addAll(DSN_RCPT);
        }
        if (settings.limits()) {
            offer.lines.add(limits(settings));
        }
        return offer;
    }

    /** Adds AUTH with these mechanisms, and its parameter of MAIL (RFC 4954). */
    void addMechanisms(List<String> names) {
        mechanisms = List.copyOf(names);
        lines.add("AUTH " + String.join(" ", names));
        mail.add("AUTH");
    }

    /** Returns the mechanisms that are offered. */
    List<String> mechanisms() {
        return mechanisms;
    }

    /**
     * Offers what the queue for other hosts can do.
     *
     * @param longestHold how long mail may be held for its sender (RFC 4865); nothing where it may not
     * @param hasPriorities whether mail has priorities (RFC 6710)
     */
    void outbound(Duration longestHold, boolean hasPriorities, Instant now) {
        if (longestHold.isPositive()) {
            var last = now.plus(longestHold).truncatedTo(ChronoUnit.SECONDS);
            lines.add("FUTURERELEASE " + longestHold.toSeconds() + " " + last);
            mail.add("HOLDFOR");
            mail.add("HOLDUNTIL");
        }
        if (hasPriorities) {
            lines.add("MT-PRIORITY");
            mail.add("MT-PRIORITY");
        }
    }

    /** RFC 9422 section 4: what is refused beyond it; a number has at most six digits. */
    private static String limits(Settings settings) {
        var mail = settings.maxTransactions() > MOST_LIMIT ? "" : " MAILMAX=" + settings.maxTransactions();
        return "LIMITS" + mail + " RCPTMAX=" + Math.min(settings.maxRecipients(), MOST_LIMIT);
    }

    @Override
    public void offer(String line) {
        if (!Text.escaped(line).equals(line)
                || line.length() > LONGEST_LINE
                || line.chars().anyMatch(c -> c >= 0x80)
                || !EsmtpParameters.isKeyword(keyword(line))) {
            throw new IllegalArgumentException("no line of an EHLO reply: " + Text.escaped(line));
        }
        if (lines.size() == MOST_LINES) {
            throw new IllegalArgumentException("more than " + MOST_LINES + " lines in an EHLO reply");
        }
        lines.add(line);
    }

    @Override
    public void allowMailParameter(String keyword) {
        mail.add(checked(keyword));
    }

    @Override
    public void allowRcptParameter(String keyword) {
        rcpt.add(checked(keyword));
    }

    private static String checked(String keyword) {
        if (!EsmtpParameters.isKeyword(keyword)) {
            throw new IllegalArgumentException("no keyword: " + Text.escaped(keyword));
        }
        return keyword.toUpperCase(Locale.ROOT);
    }

    @Override
    public boolean withdraw(String keyword) {
        var upper = keyword.toUpperCase(Locale.ROOT);
        boolean was = lines.removeIf(line -> keyword(line).equalsIgnoreCase(keyword));
        if (was) {
            mail.remove(upper);
            rcpt.remove(upper);
            switch (upper) {
                // RFC 6152: the keyword is 8BITMIME, its parameter BODY. RFC 3030: BINARYMIME needs both others.
                case "8BITMIME" -> {
                    mail.remove("BODY");
                    withdraw("BINARYMIME");
                }
                case "CHUNKING" -> withdraw("BINARYMIME");
                case "AUTH" -> mechanisms = List.of();
                case "DSN" -> {
                    mail.removeAll(DSN_MAIL);
                    rcpt.removeAll(DSN_RCPT);
                }
                case "FUTURERELEASE" -> {
                    mail.remove("HOLDFOR");
                    mail.remove("HOLDUNTIL");
                }
                default -> {}
            }
        }
        return was;
    }

    @Override
    public List<String> lines() {
        return List.copyOf(lines);
    }

    Set<String> mailParameters() {
        return mail;
    }

    Set<String> rcptParameters() {
        return rcpt;
    }

    /** Tells whether an extension of this keyword stands among the lines. */
    boolean has(String keyword) {
        return lines.stream().anyMatch(line -> keyword(line).equalsIgnoreCase(keyword));
    }

    /** Returns what stands behind the keyword of a line, if it is offered. */
    Optional<String> value(String keyword) {
        return lines.stream()
                .filter(line -> keyword(line).equalsIgnoreCase(keyword))
                .map(line -> line.substring(keyword(line).length()).strip())
                .findFirst();
    }

    private static String keyword(String line) {
        int blank = line.indexOf(' ');
        return blank < 0 ? line : line.substring(0, blank);
    }
}
