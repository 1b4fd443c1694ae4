package org.tarishi.core.delivery;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.tarishi.api.config.InvalidSettingException;

/** Which addresses of one host come first. */
enum AddressPreference {
    IPV6(false, true),
    IPV4(true, true),
    IPV6_ONLY(false, false),
    IPV4_ONLY(true, false);

    private final boolean isFourFirst;
    private final boolean hasOther;

    AddressPreference(boolean isFourFirst, boolean hasOther) {
        this.isFourFirst = isFourFirst;
        this.hasOther = hasOther;
    }

    static AddressPreference parse(String key, String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "ipv6" -> IPV6;
            case "ipv4" -> IPV4;
            case "ipv6-only" -> IPV6_ONLY;
            case "ipv4-only" -> IPV4_ONLY;
            default -> throw new InvalidSettingException(key, "want ipv6, ipv4, ipv6-only or ipv4-only: " + text);
        };
    }

    /** Returns 0 for an address of the family that comes first, else 1. */
    int rank(InetAddress address) {
        return address instanceof Inet4Address == isFourFirst ? 0 : 1;
    }

    /** Returns the addresses in the order in which they are tried; those of one family as chance has it. */
    List<InetAddress> order(List<InetAddress> addresses, RandomGenerator random) {
        var first = new ArrayList<InetAddress>();
        var second = new ArrayList<InetAddress>();
        for (var address : addresses) {
            (rank(address) == 0 ? first : second).add(address);
        }
        Collections.shuffle(first, random);
        if (hasOther) {
            Collections.shuffle(second, random);
            first.addAll(second);
        }
        return first;
    }
}
