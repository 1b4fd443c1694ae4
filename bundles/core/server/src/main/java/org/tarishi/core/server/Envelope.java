package org.tarishi.core.server;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Set;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.MailHost;
import org.tarishi.api.Mailbox;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.StatusReason;

/** Reads the arguments of MAIL and RCPT (RFC 5321 section 4.1.1.2, 4.1.1.3). */
final class Envelope {

    /** RFC 1870 section 4: up to 20 digits. */
    private static final int SIZE_DIGITS = 20;

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

    /** Reads what stands behind MAIL. */
    ReversePath mail(String argument, Set<String> allowed) throws Objection {
        var split = split("FROM:", argument);
        var parameters = parameters(split.rest(), allowed);
        checkSize(parameters);
        checkBody(parameters);
        if (!parameters.value("SMTPUTF8").orElse("").isEmpty()) {
            throw new Objection(Replies.badArgument("SMTPUTF8 takes no value"));
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
    Recipient rcpt(String argument, Set<String> allowed, boolean utf8) throws Objection {
        var split = split("TO:", argument);
        var parameters = parameters(split.rest(), allowed);
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

    private void checkSize(EsmtpParameters parameters) throws Objection {
        if (!parameters.has("SIZE")) {
            return;
        }
        var digits = parameters.value("SIZE").orElse("");
        if (digits.isEmpty() || digits.length() > SIZE_DIGITS || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new Objection(Replies.badArgument("want SIZE=octets"));
        }
        // Twenty digits may be more than a long holds.
        if (maxBytes > 0 && new BigInteger(digits).compareTo(BigInteger.valueOf(maxBytes)) > 0) {
            throw new Objection(Replies.MESSAGE_TOO_BIG);
        }
    }

    private static void checkBody(EsmtpParameters parameters) throws Objection {
        if (!parameters.has("BODY")) {
            return;
        }
        var value = parameters.value("BODY").orElse("");
        if (!value.equalsIgnoreCase("7BIT") && !value.equalsIgnoreCase("8BITMIME")) {
            throw new Objection(Replies.badArgument("want BODY=7BIT or BODY=8BITMIME"));
        }
    }

    /** RFC 6531 section 3.5: an address beyond ASCII without SMTPUTF8 is refused with 553 5.6.7. */
    private static void checkAscii(String path, boolean utf8) throws Objection {
        if (!utf8 && path.chars().anyMatch(c -> c >= 0x80)) {
            throw new Objection(Replies.UTF8_NOT_ASKED_FOR);
        }
    }
}
