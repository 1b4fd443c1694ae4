package org.tarishi.core.server;

import java.math.BigInteger;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.MailHost;
import org.tarishi.api.Mailbox;
import org.tarishi.api.NotifyOn;
import org.tarishi.api.OriginalRecipient;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.StatusReason;
import org.tarishi.api.Xtext;

/** Reads the arguments of MAIL and RCPT (RFC 5321 section 4.1.1.2, 4.1.1.3). */
final class Envelope {

    /** RFC 1870 section 4: up to 20 digits. */
    private static final int SIZE_DIGITS = 20;

    private static final int LONGEST_ENVID = 100;
    private static final int LONGEST_ORCPT = 500;
    private static final int LONGEST_AUTH = 500;

    /** RFC 6710 section 4.1. */
    private static final Pattern PRIORITY = Pattern.compile("0|-?[1-9]");

    private final boolean strict;
    private final long maxBytes;
    private final MailHost me;

    /**
     * Makes a reader.
     *
     * @param strict whether blanks behind the colon and missing angle brackets are refused
     * @param maxBytes the most that SIZE may announce, 0 for no limit
     * @param me stands behind {@code <postmaster>}
     */
    Envelope(boolean strict, long maxBytes, MailHost me) {
        this.strict = strict;
        this.maxBytes = maxBytes;
        this.me = me;
    }

    /**
     * Reads what stands behind MAIL.
     *
     * @param offer the parameters that the client may give
     * @param now what the time is, for mail that shall be held until later
     */
    ReversePath mail(String argument, Offer offer, Supplier<Instant> now) throws Objection {
        var split = split("FROM:", argument);
        var parameters = parameters(split.rest(), offer.mailParameters());
        if (!parameters.isEmpty()) {
            check(parameters, offer, now);
        }
        checkAscii(split.path(), parameters.has("SMTPUTF8"));
        try {
            return ReversePath.parse(split.path()).withParameters(parameters);
        } catch (AddressSyntaxException e) {
            throw new Objection(
                    Replies.badAddress(StatusReason.ADDR_BAD_FROM_SYNTAX, "bad sender address: " + e.getMessage()));
        }
    }

    /**
     * Reads what stands behind RCPT.
     *
     * @param utf8 whether MAIL had SMTPUTF8
     */
    Recipient rcpt(String argument, Offer offer, boolean utf8) throws Objection {
        var split = split("TO:", argument);
        var parameters = parameters(split.rest(), offer.rcptParameters());
        if (!parameters.isEmpty()) {
            check(parameters, utf8);
        }
        checkAscii(split.path(), utf8);
        try {
            // RFC 5321 section 4.5.1: every server takes mail for <Postmaster>.
            var recipient = split.path().equalsIgnoreCase("<postmaster>")
                    ? Recipient.of(Mailbox.of("postmaster", me))
                    : Recipient.parse(split.path());
            return recipient.withParameters(parameters);
        } catch (AddressSyntaxException e) {
            throw new Objection(
                    Replies.badAddress(StatusReason.ADDR_BAD_DEST_SYNTAX, "bad recipient address: " + e.getMessage()));
        }
    }

    private record Split(String path, String rest) {}

    private Split split(String keyword, String argument) throws Objection {
        if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())) {
            throw new Objection(Replies.badArgument("want " + keyword + "<address>"));
        }
        int start = keyword.length();
        if (!strict) {
            while (start < argument.length() && argument.charAt(start) == ' ') {
                start++;
            }
        }
        boolean bracketed = start < argument.length() && argument.charAt(start) == '<';
        if (!bracketed && (strict || start == argument.length())) {
            throw new Objection(Replies.badArgument("want " + keyword + "<address>"));
        }
        int end = bracketed ? pathEnd(argument, start) : wordEnd(argument, start);
        if (end < argument.length() && argument.charAt(end) != ' ') {
            throw new Objection(Replies.badArgument("want a blank behind the address"));
        }
        var path = argument.substring(start, end);
        return new Split(bracketed ? path : "<" + path + ">", argument.substring(end));
    }

    /** The place behind the bracket that closes the path; brackets in quotes are text. */
    private static int pathEnd(String text, int start) throws Objection {
        boolean quoted = false;
        for (int i = start; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '"' -> quoted = !quoted;
                case '\\' -> i++;
                case '>' -> {
                    if (!quoted) {
                        return i + 1;
                    }
                }
                default -> {}
            }
        }
        throw new Objection(Replies.badArgument("want > behind the address"));
    }

    private static int wordEnd(String text, int start) {
        int blank = text.indexOf(' ', start);
        return blank < 0 ? text.length() : blank;
    }

    private static EsmtpParameters parameters(String text, Set<String> allowed) throws Objection {
        if (text.isEmpty()) {
            return EsmtpParameters.NONE;
        }
        var parameters = new LinkedHashMap<String, String>();
        int at = 0;
        while (true) {
            while (at < text.length() && text.charAt(at) == ' ') {
                at++;
            }
            if (at == text.length()) {
                return EsmtpParameters.of(parameters);
            }
            int end = wordEnd(text, at);
            var word = text.substring(at, end);
            at = end;
            int equals = word.indexOf('=');
            var keyword = (equals < 0 ? word : word.substring(0, equals)).toUpperCase(Locale.ROOT);
            var value = equals < 0 ? "" : word.substring(equals + 1);
            if (!EsmtpParameters.isKeyword(keyword)
                    || !EsmtpParameters.isValue(value)
                    || (equals >= 0 && value.isEmpty())) {
                throw new Objection(Replies.badArgument("parameter not well formed: " + Replies.clean(word)));
            }
            if (!allowed.contains(keyword)) {
                throw new Objection(Replies.unknownParameter(keyword));
            }
            if (parameters.put(keyword, value) != null) {
                throw new Objection(Replies.badArgument("parameter repeated: " + keyword));
            }
        }
    }

    // ---- the parameters of the extensions; those of plugins are their own affair

    private void check(EsmtpParameters parameters, Offer offer, Supplier<Instant> now) throws Objection {
        for (var parameter : parameters.asMap().entrySet()) {
            var value = parameter.getValue();
            switch (parameter.getKey()) {
                case "SIZE" -> checkSize(value);
                case "BODY" -> checkBody(value, offer);
                case "SMTPUTF8" -> want(value.isEmpty(), "SMTPUTF8 takes no value");
                case "RET" ->
                    want(value.equalsIgnoreCase("FULL") || value.equalsIgnoreCase("HDRS"), "want RET=FULL or RET=HDRS");
                case "ENVID" -> checkEnvelopeId(value);
                case "AUTH" -> checkAuth(value);
                case "MT-PRIORITY" -> want(PRIORITY.matcher(value).matches(), "want MT-PRIORITY=-9 to 9");
                case "HOLDFOR", "HOLDUNTIL" -> checkHold(parameters, offer, now.get());
                default -> {}
            }
        }
    }

    private static void check(EsmtpParameters parameters, boolean utf8) throws Objection {
        for (var parameter : parameters.asMap().entrySet()) {
            var value = parameter.getValue();
            switch (parameter.getKey()) {
                case "NOTIFY" ->
                    want(
                            NotifyOn.parse(value).isPresent(),
                            "want NOTIFY=NEVER, or some of SUCCESS,FAILURE,DELAY, each once");
                case "ORCPT" -> checkOriginal(value, utf8);
                default -> {}
            }
        }
    }

    private static void want(boolean right, String otherwise) throws Objection {
        if (!right) {
            throw new Objection(Replies.badArgument(otherwise));
        }
    }

    private void checkSize(String digits) throws Objection {
        want(
                !digits.isEmpty()
                        && digits.length() <= SIZE_DIGITS
                        && digits.chars().allMatch(c -> c >= '0' && c <= '9'),
                "want SIZE=octets");
        // Twenty digits may be more than a long holds.
        if (maxBytes > 0 && new BigInteger(digits).compareTo(BigInteger.valueOf(maxBytes)) > 0) {
            throw new Objection(Replies.MESSAGE_TOO_BIG);
        }
    }

    private static void checkBody(String value, Offer offer) throws Objection {
        if (value.equalsIgnoreCase("BINARYMIME")) {
            if (!offer.has("BINARYMIME")) {
                throw new Objection(Replies.unknownParameter("BODY=BINARYMIME"));
            }
            return;
        }
        want(
                value.equalsIgnoreCase("7BIT") || value.equalsIgnoreCase("8BITMIME"),
                offer.has("BINARYMIME")
                        ? "want BODY=7BIT, BODY=8BITMIME or BODY=BINARYMIME"
                        : "want BODY=7BIT or BODY=8BITMIME");
    }

    /** RFC 4954 section 5: a mailbox in xtext, or {@code <>}. */
    private static void checkAuth(String value) throws Objection {
        want(
                value.length() <= LONGEST_AUTH
                        && (value.equals("<>")
                                || (!value.isEmpty()
                                        && Xtext.decode(value)
                                                .filter(Envelope::isPrintable)
                                                .isPresent())),
                "want AUTH=xtext of printable ASCII, at most " + LONGEST_AUTH + " characters, or AUTH=<>");
    }

    /** RFC 3461 section 4.4: at most 100 characters of xtext, which stand for printable ASCII. */
    private static void checkEnvelopeId(String value) throws Objection {
        want(
                !value.isEmpty()
                        && value.length() <= LONGEST_ENVID
                        && Xtext.decode(value).filter(Envelope::isPrintable).isPresent(),
                "want ENVID=xtext of printable ASCII, at most " + LONGEST_ENVID + " characters");
    }

    /** RFC 3461 section 4.2, and for addresses beyond ASCII RFC 6533 section 3. */
    private static void checkOriginal(String value, boolean utf8) throws Objection {
        boolean ascii = value.chars().allMatch(c -> c < 0x80);
        want(
                value.length() <= LONGEST_ORCPT
                        && (ascii || utf8)
                        && OriginalRecipient.parse(value)
                                .filter(original ->
                                        original.type().equalsIgnoreCase("utf-8") || isPrintable(original.address()))
                                .isPresent(),
                "want ORCPT=type;xtext of printable ASCII, at most " + LONGEST_ORCPT + " characters");
    }

    private static boolean isPrintable(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    }

    /** RFC 4865 section 5: one of both, and no longer than was offered. */
    private static void checkHold(EsmtpParameters parameters, Offer offer, Instant now) throws Objection {
        want(!parameters.has("HOLDFOR") || !parameters.has("HOLDUNTIL"), "want HOLDFOR or HOLDUNTIL, not both");
        var path = ReversePath.NULL.withParameters(parameters);
        var most = offer.value("FUTURERELEASE").orElse("").split(" +", -1);
        if (parameters.has("HOLDFOR")) {
            var wanted = path.holdFor().orElseThrow(() -> new Objection(Replies.badArgument("want HOLDFOR=seconds")));
            want(
                    hold("HOLDFOR", most[0])
                            .holdFor()
                            .filter(d -> wanted.compareTo(d) > 0)
                            .isEmpty(),
                    "HOLDFOR is more than was offered");
            return;
        }
        var wanted = path.holdUntil()
                .orElseThrow(() -> new Objection(Replies.badArgument("want HOLDUNTIL=date and time of RFC 3339")));
        want(wanted.isAfter(now), "HOLDUNTIL is over");
        var last = most.length < 2 ? "" : most[1];
        want(
                hold("HOLDUNTIL", last).holdUntil().filter(wanted::isAfter).isEmpty(),
                "HOLDUNTIL is later than was offered");
    }

    /** A bound of the offer, read as the parameter is. */
    private static ReversePath hold(String keyword, String bound) {
        return EsmtpParameters.isValue(bound)
                ? ReversePath.NULL.withParameters(EsmtpParameters.of(Map.of(keyword, bound)))
                : ReversePath.NULL;
    }

    /** RFC 6531 section 3.5: an address beyond ASCII without SMTPUTF8 is refused with 553 5.6.7. */
    private static void checkAscii(String path, boolean utf8) throws Objection {
        if (!utf8 && path.chars().anyMatch(c -> c >= 0x80)) {
            throw new Objection(Replies.UTF8_NOT_ASKED_FOR);
        }
    }
}
