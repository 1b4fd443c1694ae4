package org.tarishi.core.tls;

import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
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
     * @throws InvalidKeyException for a number that those of a coordinate can't say
     */
    static byte[] octets(BigInteger number) throws InvalidKeyException {
        if (number.signum() < 0 || number.bitLength() > 8 * X25519.POINT_SIZE) {
            throw new InvalidKeyException("no coordinate of curve 25519");
        }
        // Beyond the last one there may be an octet for the sign.
        return Arrays.copyOf(reversed(number.toByteArray()), X25519.POINT_SIZE);
    }

    private static byte[] reversed(byte[] octets) {
        var reversed = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            reversed[i] = octets[octets.length - 1 - i];
        }
        return reversed;
    }
}
