package org.tarishi.plugin.acme;

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What the authority has issued.
 *
 * @param key the key of the certificate
 * @param chain the certificate, then those that lead to a root
 */
record Issued(KeyPair key, List<X509Certificate> chain) {
    Issued {
        chain = List.copyOf(chain);
    }
}
