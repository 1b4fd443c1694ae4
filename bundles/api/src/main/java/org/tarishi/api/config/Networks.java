package org.tarishi.api.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A setting that lists addresses and networks: {@code 192.0.2.1}, {@code 192.0.2.0/24}, {@code 2001:db8::/32}. Immutable; any thread.
 *
 * <p>An IPv4 address mapped into IPv6 counts as the IPv4 address that it is. An address without a length is that address alone.
 */
public final class Networks {

    /** The list with nothing in it. */
    public static final Networks NONE = new Networks(List.of());

    // InetAddress.ofLiteral takes much that people don't mean, such as 10.1 and zones.
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    private final List<Block> blocks;

    /**
     * One network.
     *
     * @param first its first address, all bits behind the prefix zero
     * @param prefix how many leading bits an address must have in common with it
     */
    public record Block(InetAddress first, int prefix) {

        /** Tells whether an address is in it. */
        public boolean contains(InetAddress address) {
            return contains(address.getAddress());
        }

        private boolean contains(byte[] address) {
            var wanted = first.getAddress();
            if (wanted.length != address.length) {
                return false;
            }
            int whole = prefix / 8;
            for (int i = 0; i < whole; i++) {
                if (wanted[i] != address[i]) {
                    return false;
                }
            }
            int rest = prefix % 8;
            return rest == 0 || ((wanted[whole] ^ address[whole]) & 0xff) >>> (8 - rest) == 0;
        }

        /** Returns the form that is read. */
        @Override
        public String toString() {
            return first.getHostAddress() + "/" + prefix;
        }
    }

    private Networks(List<Block> blocks) {
        this.blocks = List.copyOf(blocks);
    }

    /**
     * Reads a setting; empty texts say nothing.
     *
     * @param key the key of the setting
     * @throws InvalidSettingException under the key, for what is neither an address nor a network, and for a network with bits set behind
     *     its length
     */
    public static Networks parse(String key, String... texts) {
        var blocks = new ArrayList<Block>();
        for (var text : texts) {
            if (!text.isBlank()) {
                blocks.add(block(key, text.strip()));
            }
        }
        return blocks.isEmpty() ? NONE : new Networks(blocks);
    }

    private static Block block(String key, String text) {
        int slash = text.indexOf('/');
        var host = slash < 0 ? text : text.substring(0, slash);
        InetAddress address;
        int prefix;
        try {
            if (!IPV4.matcher(host).matches() && !IPV6.matcher(host).matches()) {
                throw new IllegalArgumentException("no address");
            }
            address = InetAddress.ofLiteral(host);
            int bits = address.getAddress().length * 8;
            prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (prefix < 0 || prefix > bits) {
                throw new IllegalArgumentException("no length");
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(
                    key, "want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: " + text);
        }
        var first = first(address, prefix);
        if (!first.equals(address)) {
            throw new InvalidSettingException(
                    key, "bits behind the prefix are set, want " + first.getHostAddress() + "/" + prefix + ": " + text);
        }
        return new Block(address, prefix);
    }

    private static InetAddress first(InetAddress address, int prefix) {
        var bytes = address.getAddress();
        for (int bit = prefix; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >>> (bit % 8));
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " octets", e);
        }
    }

    /** Tells whether no address is in it. */
    public boolean isEmpty() {
        return blocks.isEmpty();
    }

    /** Returns the networks as they stand in the setting. */
    public List<Block> blocks() {
        return blocks;
    }

    /** Tells whether an address is in one of them. */
    public boolean contains(InetAddress address) {
        if (blocks.isEmpty()) {
            return false;
        }
        var bytes = address.getAddress();
        for (var block : blocks) {
            if (block.contains(bytes)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Networks networks && blocks.equals(networks.blocks);
    }

    @Override
    public int hashCode() {
        return blocks.hashCode();
    }

    /** Returns the networks, as they are read. */
    @Override
    public String toString() {
        return blocks.toString();
    }
}
