package org.tarishi.plugin.xclient;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tarishi.api.AddressLiteral;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;

/**
 * The argument of XCLIENT or XFORWARD: {@code attribute=value} pairs between blanks, values as xtext (RFC 3461 section 4). Reads and
 * checks, and does nothing else.
 *
 * @param values what was said: a value that was decoded and checked, or nothing for one that is not to be had ({@code [UNAVAILABLE]},
 *     {@code [TEMPUNAVAIL]}); an attribute that was not named is not there
 */
record Attributes(Map<Attribute, Optional<String>> values) {

    /** RFC 5321 section 4.5.3.1.2, and the most that any other value needs. */
    private static final int LONGEST = 255;

    private static final int MOST_PORT = 65_535;

    /**
     * Reads an argument.
     *
     * @param known the attributes that the verb has
     * @throws BadAttributeException when it is not well formed, names another attribute, or names one twice
     */
    static Attributes parse(String argument, Set<Attribute> known) throws BadAttributeException {
        var values = new EnumMap<Attribute, Optional<String>>(Attribute.class);
        for (var pair : argument.strip().split(" +", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new BadAttributeException("want attribute=value");
            }
            var attribute = attribute(pair.substring(0, equals), known);
            var text = decode(attribute, pair.substring(equals + 1));
            boolean isThere = !text.equalsIgnoreCase("[UNAVAILABLE]") && !text.equalsIgnoreCase("[TEMPUNAVAIL]");
            if (isThere) {
                check(attribute, text);
            }
            if (values.put(attribute, isThere ? Optional.of(text) : Optional.empty()) != null) {
                throw new BadAttributeException(attribute + " is there twice");
            }
        }
        return new Attributes(values);
    }

    private static Attribute attribute(String word, Set<Attribute> known) throws BadAttributeException {
        for (var one : known) {
            if (one.name().equalsIgnoreCase(word)) {
                return one;
            }
        }
        throw new BadAttributeException("an attribute is not known");
    }

    private static String decode(Attribute attribute, String xtext) throws BadAttributeException {
        var bytes = ByteBuffer.allocate(xtext.length());
        for (int i = 0; i < xtext.length(); i++) {
            char c = xtext.charAt(i);
            if (c == '+') {
                int high = i + 2 < xtext.length() ? Character.digit(xtext.charAt(i + 1), 16) : -1;
                int low = high < 0 ? -1 : Character.digit(xtext.charAt(i + 2), 16);
                if (low < 0) {
                    throw new BadAttributeException(attribute + " is no xtext");
                }
                bytes.put((byte) (high << 4 | low));
                i += 2;
            } else if (c > ' ' && c < 0x7f) {
                bytes.put((byte) c);
            } else {
                throw new BadAttributeException(attribute + " is no xtext");
            }
        }
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
            // a line of a log, or of a header, must stay one
            if (text.isEmpty() || text.length() > LONGEST || text.codePoints().anyMatch(Attributes::isControl)) {
                throw new BadAttributeException(
                        attribute + " wants 1 to " + LONGEST + " characters, none of them a control character");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new BadAttributeException(attribute + " is not UTF-8");
        }
    }

    private static boolean isControl(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    private static void check(Attribute attribute, String text) throws BadAttributeException {
        switch (attribute) {
            case NAME -> name(text);
            case ADDR, DESTADDR -> address(attribute, text);
            case PORT, DESTPORT -> port(attribute, text);
            case PROTO -> {
                if (!text.equalsIgnoreCase("SMTP") && !text.equalsIgnoreCase("ESMTP")) {
                    throw new BadAttributeException(attribute + " wants SMTP or ESMTP");
                }
            }
            case SOURCE -> {
                if (!text.equalsIgnoreCase("LOCAL") && !text.equalsIgnoreCase("REMOTE")) {
                    throw new BadAttributeException(attribute + " wants LOCAL or REMOTE");
                }
            }
            case HELO, LOGIN, IDENT -> {}
        }
    }

    private static Domain name(String text) throws BadAttributeException {
        try {
            return Domain.parse(text);
        } catch (AddressSyntaxException e) {
            throw new BadAttributeException(Attribute.NAME + " wants a domain");
        }
    }

    private static InetAddress address(Attribute attribute, String text) throws BadAttributeException {
        try {
            return AddressLiteral.parse("[" + text + "]").address();
        } catch (AddressSyntaxException e) {
            throw new BadAttributeException(attribute + " wants an IPv4 address, or IPV6: and an IPv6 address");
        }
    }

    private static int port(Attribute attribute, String text) throws BadAttributeException {
        boolean isNumber = text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isNumber || Integer.parseInt(text) > MOST_PORT) {
            throw new BadAttributeException(attribute + " wants 0 to " + MOST_PORT);
        }
        return Integer.parseInt(text);
    }

    /** Tells whether an attribute was named, with a value or as not to be had. */
    boolean has(Attribute attribute) {
        return values.containsKey(attribute);
    }

    /** Returns a value as it was said, decoded; words in upper case. */
    Optional<String> text(Attribute attribute) {
        var text = values.getOrDefault(attribute, Optional.empty());
        return attribute == Attribute.PROTO || attribute == Attribute.SOURCE
                ? text.map(word -> word.toUpperCase(Locale.ROOT))
                : text;
    }

    /** Returns the client's name. */
    Optional<Domain> name() throws BadAttributeException {
        var text = text(Attribute.NAME);
        return text.isPresent() ? Optional.of(name(text.get())) : Optional.empty();
    }

    /** Returns an address. */
    Optional<InetAddress> address(Attribute attribute) throws BadAttributeException {
        var text = text(attribute);
        return text.isPresent() ? Optional.of(address(attribute, text.get())) : Optional.empty();
    }

    /** Returns a port, 0 where it is not known. */
    int port(Attribute attribute) throws BadAttributeException {
        var text = text(attribute);
        return text.isPresent() ? port(attribute, text.get()) : 0;
    }
}
