package org.tarishi.core.tls;

import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.NamedParameterSpec;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** How the JDK and RFC 7748 section 5 write what belongs to curve 25519. */
final class Curve25519 {

    private Curve25519() {}

    static boolean isNamedBy(AlgorithmParameterSpec parameters) {
        return parameters instanceof NamedParameterSpec named
                && named.getName().equalsIgnoreCase(NamedParameterSpec.X25519.getName());
    }

    /** A coordinate, which is sent with its least octet first. */
    static BigInteger number(byte[] octets) {
        return new BigInteger(1, reversed(octets));
    }

    /**
     * The octets of a coordinate.
     *
     * @throws InvalidKeyException when there are more than a coordinate has
     */
    static byte[] octets(BigInteger number) throws InvalidKeyException {
        var some = reversed(number.toByteArray());
        var all = new byte[X25519.POINT_SIZE];
        for (int i = 0; i < some.length; i++) {
            if (i < all.length) {
                all[i] = some[i];
            } else if (some[i] != 0) {
                throw new InvalidKeyException("no coordinate of curve 25519");
            }
        }
        return all;
    }

    private static byte[] reversed(byte[] octets) {
        var reversed = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            reversed[i] = octets[octets.length - 1 - i];
        }
        return reversed;
    }
}
