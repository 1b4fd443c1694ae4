package org.tarishi.core.server;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.tarishi.api.config.InvalidSettingException;

/** A list of addresses and networks; an IPv4 address mapped into IPv6 counts as the IPv4 address that it is. */
record Networks(List<Block> blocks) {

    static final Networks NONE = new Networks(List.of());

    /**
     * One network.
     *
     * @param first its first address, all bits behind the prefix zero
     * @param prefix how many bits an address must have in common with it
     */
    record Block(InetAddress first, int prefix) {

        boolean contains(byte[] address) {
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
    }

    Networks {
        blocks = List.copyOf(blocks);
    }

    /**
     * Reads a setting.
     *
     * @throws InvalidSettingException under the key, for what is neither an address nor a network
     */
    static Networks parse(String key, String... texts) {
        var blocks = new ArrayList<Block>();
        for (var text : texts) {
            if (!text.isBlank()) {
                blocks.add(block(key, text.strip()));
            }
        }
        return new Networks(blocks);
    }

    private static Block block(String key, String text) {
        int slash = text.indexOf('/');
        try {
            var address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
            int bits = address.getAddress().length * 8;
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (prefix >= 0 && prefix <= bits) {
                if (!network(address, prefix).equals(address)) {
                    throw new InvalidSettingException(
                            key,
                            "bits behind the prefix are set, want "
                                    + network(address, prefix).getHostAddress() + "/" + prefix + ": " + text);
                }
                return new Block(address, prefix);
            }
        } catch (NumberFormatException e) {
            // Said below, like an address that is none.
        } catch (InvalidSettingException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new InvalidSettingException(
                key, "want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: " + text);
    }

    /** Returns the first address of the network of this size that an address is in. */
    static InetAddress network(InetAddress address, int prefix) {
        var bytes = address.getAddress();
        for (int bit = prefix; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >>> (bit % 8));
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " octets", e);
        }
    }

    boolean isEmpty() {
        return blocks.isEmpty();
    }

    boolean contains(InetAddress address) {
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
}
