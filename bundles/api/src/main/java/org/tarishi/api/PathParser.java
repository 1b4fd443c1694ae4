package org.tarishi.api;

import java.util.Optional;

/**
 * Reads the paths of MAIL and RCPT (RFC 5321 section 4.1.2) by hand, in one pass, without going back: a peer chooses the text.
 *
 * <p>Source routes are read and dropped, as RFC 5321 appendix C asks.
 */
final class PathParser {

    private static final int LONGEST = 998;

    private final String text;
    private int at;

    PathParser(String text) {
        if (text.length() > LONGEST) {
            throw new AddressSyntaxException("address too long", LONGEST);
        }
        this.text = text;
    }

    /** Reads a whole text as a mailbox. */
    Mailbox wholeMailbox() {
        var mailbox = mailbox();
        end();
        return mailbox;
    }

    /** Reads {@code <...>}; nothing where the brackets are empty. */
    Optional<Mailbox> wholePath() {
        expect('<', "want <");
        if (peek() == '>') {
            at++;
            end();
            return Optional.empty();
        }
        sourceRoute();
        var mailbox = mailbox();
        expect('>', "want >");
        end();
        return Optional.of(mailbox);
    }

    private void sourceRoute() {
        if (peek() != '@') {
            return;
        }
        while (true) {
            expect('@', "want @ in a source route");
            int start = at;
            while (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != ':') {
                at++;
            }
            part(start, () -> Domain.parse(text.substring(start, at)));
            if (peek() == ':') {
                at++;
                return;
            }
            expect(',', "want , or : in a source route");
        }
    }

    private Mailbox mailbox() {
        int start = at;
        var localPart = peek() == '"' ? quotedString() : dotString();
        if (at - start > Mailbox.LONGEST_LOCAL_PART) {
            throw new AddressSyntaxException(
                    "local part longer than " + Mailbox.LONGEST_LOCAL_PART + " octets",
                    start + Mailbox.LONGEST_LOCAL_PART);
        }
        expect('@', "want @");
        int hostStart = at;
        while (at < text.length() && text.charAt(at) != '>') {
            at++;
        }
        var host = part(hostStart, () -> MailHost.parse(text.substring(hostStart, at)));
        return part(start, () -> Mailbox.of(localPart, host));
    }

    private String dotString() {
        int start = at;
        boolean atomBefore = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '.') {
                if (!atomBefore) {
                    throw new AddressSyntaxException("misplaced dot in local part", at);
                }
                atomBefore = false;
            } else if (isAtomText(c)) {
                atomBefore = true;
            } else {
                break;
            }
            at++;
        }
        if (at == start) {
            throw new AddressSyntaxException("local part missing", at);
        }
        if (!atomBefore) {
            throw new AddressSyntaxException("misplaced dot in local part", at - 1);
        }
        return text.substring(start, at);
    }

    private String quotedString() {
        at++;
        var out = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return out.toString();
            }
            if (c == '\\') {
                if (at == text.length()) {
                    break;
                }
                c = text.charAt(at++);
                if (c < 0x20 || c > 0x7e) {
                    throw new AddressSyntaxException("character not allowed after a backslash", at - 1);
                }
            } else if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
                throw new AddressSyntaxException("character not allowed in a quoted local part", at - 1);
            }
            out.append(c);
        }
        throw new AddressSyntaxException("quotes not closed", at);
    }

    static boolean isAtomText(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0
                || (c >= 0xa0 && c != '\u2028' && c != '\u2029');
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private void expect(char wanted, String reason) {
        if (at >= text.length() || text.charAt(at) != wanted) {
            throw new AddressSyntaxException(reason, at);
        }
        at++;
    }

    private void end() {
        if (at != text.length()) {
            throw new AddressSyntaxException("text behind the address", at);
        }
    }

    private static <T> T part(int offset, java.util.function.Supplier<T> parser) {
        try {
            return parser.get();
        } catch (AddressSyntaxException e) {
            throw e.shifted(offset);
        }
    }
}
