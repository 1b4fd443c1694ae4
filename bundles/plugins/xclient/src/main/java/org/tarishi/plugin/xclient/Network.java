package org.tarishi.plugin.xclient;

import java.net.InetAddress;
import java.util.regex.Pattern;
import org.tarishi.api.config.InvalidSettingException;

/**
 * An address, or all that begin alike: {@code 192.0.2.1}, {@code 192.0.2.0/24}, {@code 2001:db8::/32}.
 *
 * @param first the address
 * @param bits how many leading bits count
 */
record Network(InetAddress first, int bits) {

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

    /** Reads one; refuses what is none by the key, also one with bits behind its length. */
    static Network parse(String key, String text) {
        int slash = text.indexOf('/');
        var host = slash < 0 ? text : text.substring(0, slash);
        try {
            if (!IPV4.matcher(host).matches() && !IPV6.matcher(host).matches()) {
                throw new IllegalArgumentException("no address");
            }
            var address = InetAddress.ofLiteral(host);
            int most = address.getAddress().length * 8;
            int bits = slash < 0 ? most : Integer.parseInt(text.substring(slash + 1));
            var network = new Network(address, bits);
            if (bits < 0 || bits > most || network.hasHostBits()) {
                throw new IllegalArgumentException("length");
            }
            return network;
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(
                    key, "want addresses and networks, such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: " + text);
        }
    }

    private boolean hasHostBits() {
        var bytes = first.getAddress();
        for (int bit = bits; bit < bytes.length * 8; bit++) {
            if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) {
                return true;
            }
        }
        return false;
    }

    boolean contains(InetAddress address) {
        var its = address.getAddress();
        var ours = first.getAddress();
        if (its.length != ours.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (its[i] != ours[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || (its[whole] ^ ours[whole]) >> (8 - rest) == 0;
    }
}
