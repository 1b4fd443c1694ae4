package org.tarishi.core.scheduler;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Text;

/**
 * Whom a line of a table is about: a text with at most one {@code *}, or a network.
 *
 * @param before what stands before the {@code *}, or the whole text
 * @param after what stands behind it, null where there is none
 * @param network the first bits of an address, null for a text
 * @param bits how many bits
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
record HostPattern(String before, @Nullable String after, byte @Nullable [] network, int bits) {

    /** Fits closer than any pattern that leaves something open. */
    private static final int EXACT = 100_000;

    /**
     * Reads one.
     *
     * @param byAddress whether addresses and networks are wanted, and no other text
     */
    static Optional<HostPattern> parse(String text, boolean byAddress) {
        if (text.isEmpty() || !Text.escaped(text).equals(text)) {
            return Optional.empty();
        }
        if (text.equals("*")) {
            return Optional.of(new HostPattern("", "", null, 0));
        }
        if (byAddress) {
            return network(text);
        }
        int star = text.indexOf('*');
        if (star < 0) {
            return Optional.of(new HostPattern(text, null, null, 0));
        }
        return text.indexOf('*', star + 1) >= 0
                ? Optional.empty()
                : Optional.of(new HostPattern(text.substring(0, star), text.substring(star + 1), null, 0));
    }

    private static Optional<HostPattern> network(String text) {
        int slash = text.indexOf('/');
        var address = bytes(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return Optional.empty();
        }
        int all = address.length * 8;
        int bits = all;
        if (slash >= 0) {
            try {
                bits = Integer.parseInt(text.substring(slash + 1));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
        return bits < 0 || bits > all ? Optional.empty() : Optional.of(new HostPattern(text, null, address, bits));
    }

    /** Never asks a name server: only what is written as an address is one. */
    private static byte @Nullable [] bytes(String text) {
        try {
            return InetAddress.ofLiteral(text).getAddress();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Tells whether it is about a value, in lower case, and how closely. */
    Optional<Integer> fit(String value) {
        var net = network;
        if (net != null) {
            var address = bytes(value);
            return address != null && address.length == net.length && isSame(net, address, bits)
                    ? Optional.of(bits)
                    : Optional.empty();
        }
        var rest = after;
        if (rest == null) {
            return value.equals(before) ? Optional.of(EXACT) : Optional.empty();
        }
        return value.length() >= before.length() + rest.length() && value.startsWith(before) && value.endsWith(rest)
                ? Optional.of(before.length() + rest.length())
                : Optional.empty();
    }

    private static boolean isSame(byte[] one, byte[] other, int bits) {
        int whole = bits / 8;
        if (!Arrays.equals(one, 0, whole, other, 0, whole)) {
            return false;
        }
        int left = bits % 8;
        return left == 0 || ((one[whole] ^ other[whole]) & 0xff) >> (8 - left) == 0;
    }

    @Override
    public String toString() {
        var rest = after;
        return rest == null ? before : before + "*" + rest;
    }
}
