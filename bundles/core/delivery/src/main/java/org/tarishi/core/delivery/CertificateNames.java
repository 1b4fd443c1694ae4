package org.tarishi.core.delivery;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.jspecify.annotations.Nullable;

/** The DNS names of a certificate. */
final class CertificateNames {

    private static final int DNS = 2;

    private CertificateNames() {}

    /** Tells whether it holds a name (RFC 6125 section 6.4); without alternative names the common name counts (RFC 7672 section 3.2.3). */
    static boolean holds(X509Certificate certificate, String name) {
        var wanted = name.toLowerCase(Locale.ROOT);
        return of(certificate).stream().anyMatch(held -> matches(held.toLowerCase(Locale.ROOT), wanted));
    }

    private static List<String> of(X509Certificate certificate) {
        var names = new ArrayList<String>();
        try {
            var all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                for (var each : all) {
                    if (Objects.equals(each.getFirst(), DNS)) {
                        names.add(String.valueOf(each.get(1)));
                    }
                }
            }
        } catch (CertificateException e) {
            return List.of();
        }
        if (names.isEmpty()) {
            var common = commonName(certificate);
            return common == null ? List.of() : List.of(common);
        }
        return names;
    }

    private static @Nullable String commonName(X509Certificate certificate) {
        try {
            for (var rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (rdn.getType().equalsIgnoreCase("CN")) {
                    return String.valueOf(rdn.getValue());
                }
            }
        } catch (InvalidNameException e) {
            // none, then
        }
        return null;
    }

    private static boolean matches(String held, String wanted) {
        if (held.startsWith("*.")) {
            int dot = wanted.indexOf('.');
            return dot > 0 && held.substring(1).equals(wanted.substring(dot));
        }
        return held.equals(wanted);
    }
}
