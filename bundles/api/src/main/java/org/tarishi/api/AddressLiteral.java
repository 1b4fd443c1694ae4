package org.tarishi.api;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * An address in brackets in place of a domain (RFC 5321 section 4.1.3): {@code [192.0.2.1]}, {@code [IPv6:2001:db8::1]}.
 *
 * @param address the address
 */
public record AddressLiteral(InetAddress address) implements MailHost {

    private static final int LONGEST = 64;
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

    /**
     * Reads a literal with its brackets. General-address-literals are refused: no tag but IPv6 is registered.
     *
     * @throws AddressSyntaxException when it is none
     */
    public static AddressLiteral parse(String text) {
        if (text.length() > LONGEST || !text.startsWith("[") || !text.endsWith("]")) {
            throw new AddressSyntaxException("want an address literal in brackets", 0);
        }
        var inside = text.substring(1, text.length() - 1);
        if (inside.regionMatches(true, 0, "IPv6:", 0, 5)) {
            return new AddressLiteral(ipv6(inside.substring(5)));
        }
        return new AddressLiteral(ipv4(inside));
    }

    private static InetAddress ipv4(String text) {
        if (!IPV4.matcher(text).matches()) {
            throw new AddressSyntaxException("want an IPv4 address or IPv6: in brackets", 1);
        }
        var bytes = new byte[4];
        int position = 1;
        var parts = text.split("\\.", -1);
        for (int i = 0; i < 4; i++) {
            int value = Integer.parseInt(parts[i]);
            if (value > 255 || (parts[i].length() > 1 && parts[i].charAt(0) == '0')) {
                throw new AddressSyntaxException("want 0 to 255 without leading zeros", position);
            }
            bytes[i] = (byte) value;
            position += parts[i].length() + 1;
        }
        return fromBytes(bytes);
    }

    private static InetAddress ipv6(String text) {
        // Only hexadecimal digits, colons and dots get through, so that this can never be a name that would be looked
        // up.
        if (!IPV6.matcher(text).matches() || text.indexOf(':') < 0) {
            throw new AddressSyntaxException("want an IPv6 address", 6);
        }
        // RFC 5321 section 4.1.3: "::" stands for at least two groups.
        int groups = text.split(":+", -1).length + (text.indexOf('.') < 0 ? 0 : 1);
        if (text.contains("::") && !text.startsWith("::") && !text.endsWith("::") && groups > 6) {
            throw new AddressSyntaxException(":: stands for at least two groups", 6);
        }
        try {
            var address = InetAddress.ofLiteral(text);
            if (address.getAddress().length != 16
                    && !text.toLowerCase(java.util.Locale.ROOT).startsWith("::ffff:")) {
                throw new AddressSyntaxException("want an IPv6 address", 6);
            }
            return address;
        } catch (IllegalArgumentException e) {
            if (e instanceof AddressSyntaxException own) {
                throw own;
            }
            throw new AddressSyntaxException("want an IPv6 address", 6);
        }
    }

    private static InetAddress fromBytes(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    @Override
    public String ascii() {
        var text = address.getHostAddress();
        return address.getAddress().length == 4 ? "[" + text + "]" : "[IPv6:" + text + "]";
    }

    @Override
    public String unicode() {
        return ascii();
    }

    @Override
    public String toString() {
        return ascii();
    }
}
