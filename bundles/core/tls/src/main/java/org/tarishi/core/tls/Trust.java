package org.tarishi.core.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Asks one question of a peer's certificates, on whatever side it stands. */
final class Trust extends X509ExtendedTrustManager {

    /** Looks at a peer's certificates; returning is approval. */
    @FunctionalInterface
    interface Check {
        void check(X509Certificate[] chain) throws CertificateException;
    }

    private final Check check;
    private final List<X509Certificate> issuers;

    /**
     * Makes it.
     *
     * @param issuers whose certificates a server asks its clients for; empty for anybody's
     */
    Trust(Check check, List<X509Certificate> issuers) {
        this.check = check;
        this.issuers = List.copyOf(issuers);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check.check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check.check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return issuers.toArray(X509Certificate[]::new);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check.check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check.check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check.check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check.check(chain);
    }
}
