package org.tarishi.core.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateRevokedException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Those who vouch for peers. Immutable; any thread. */
final class Authorities {

    private final List<X509Certificate> certificates;

    /** Gives null where there are none: then nobody is trusted. */
    private final Supplier<@Nullable X509TrustManager> pkix;

    private Authorities(List<X509Certificate> certificates, Supplier<@Nullable X509TrustManager> pkix) {
        this.certificates = List.copyOf(certificates);
        this.pkix = pkix;
    }

    private Authorities(List<X509Certificate> certificates, @Nullable X509TrustManager pkix) {
        this(certificates, () -> pkix);
    }

    /** The JDK's own, read when the first peer is checked by them: they are many, and a start has better things to do. */
    private static final class Jdk {
        static final X509TrustManager MANAGER = manager(null);
    }

    /**
     * Reads them from files; with none there are none.
     *
     * @throws KeyFileException when one can't be read, or holds no certificate
     */
    static Authorities of(List<Path> files) throws KeyFileException {
        var all = new ArrayList<X509Certificate>();
        for (var file : files) {
            var read = KeyFile.read(file).certificates();
            if (read.isEmpty()) {
                throw new KeyFileException(file, "holds no certificate");
            }
            all.addAll(read);
        }
        return new Authorities(all, all.isEmpty() ? null : manager(store(all)));
    }

    /**
     * The same, who vouch only for what they have not taken back: every certificate of a chain but the authority's own has to be looked up in
     * a list of its issuer, and is not trusted where there is none. Nobody is asked over the network.
     *
     * @param lists the certificate revocation lists in force (RFC 5280 section 5)
     */
    Authorities heeding(List<X509CRL> lists) {
        if (certificates.isEmpty()) {
            return this;
        }
        try {
            var parameters = new PKIXBuilderParameters(store(certificates), new X509CertSelector());
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
            var checker =
                    (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
            checker.setOptions(
                    EnumSet.of(PKIXRevocationChecker.Option.PREFER_CRLS, PKIXRevocationChecker.Option.NO_FALLBACK));
            parameters.addCertPathChecker(checker);
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(new CertPathTrustManagerParameters(parameters));
            return new Authorities(certificates, first(factory));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no PKIX", e);
        }
    }

    /** Those that the JDK knows. */
    static Authorities ofJdk() {
        return new Authorities(List.of(), () -> Jdk.MANAGER);
    }

    private static KeyStore store(List<X509Certificate> certificates) {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < certificates.size(); i++) {
                store.setCertificateEntry(Integer.toString(i), certificates.get(i));
            }
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("a store in memory", e);
        }
    }

    private static X509TrustManager manager(@Nullable KeyStore store) {
        try {
            var factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return first(factory);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no PKIX", e);
        }
    }

    private static X509TrustManager first(TrustManagerFactory factory) {
        for (var manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager x509) {
                return x509;
            }
        }
        throw new IllegalStateException("this JDK has no PKIX");
    }

    List<X509Certificate> certificates() {
        return certificates;
    }

    /** Checks a client's certificates; throws with the reason in words. */
    void checkClient(X509Certificate[] chain) throws CertificateException {
        try {
            // What it was used for in the handshake is looked at there; here it is about whom it stands for.
            manager().checkClientTrusted(chain, "UNKNOWN");
        } catch (CertificateException e) {
            throw inWords(e);
        }
    }

    private X509TrustManager manager() throws CertificateException {
        var manager = pkix.get();
        if (manager == null) {
            throw new CertificateException("there is no authority that could vouch for it");
        }
        return manager;
    }

    /** Checks a server's certificates, and that they hold one of these names; throws with the reason in words. */
    void checkServer(X509Certificate[] chain, List<String> names) throws CertificateException {
        try {
            manager().checkServerTrusted(chain, "UNKNOWN");
        } catch (CertificateException e) {
            throw inWords(e);
        }
        if (names.stream().noneMatch(name -> holds(chain[0], name))) {
            throw new CertificateException("it does not hold the name " + String.join(" or ", names));
        }
    }

    /** Tells whether a certificate holds a name (RFC 6125 section 6.4); a name with a dot in front is any name below, one label down. */
    private static boolean holds(X509Certificate certificate, String name) {
        var wanted = name.toLowerCase(Locale.ROOT);
        try {
            var all = certificate.getSubjectAlternativeNames();
            if (all == null) {
                return false;
            }
            for (var each : all) {
                if (each.getFirst() instanceof Integer type
                        && type == 2
                        && matches(String.valueOf(each.get(1)).toLowerCase(Locale.ROOT), wanted)) {
                    return true;
                }
            }
            return false;
        } catch (CertificateException e) {
            return false;
        }
    }

    private static boolean matches(String held, String wanted) {
        if (wanted.startsWith(".")) {
            int dot = held.indexOf('.');
            return dot > 0 && held.substring(dot).equals(wanted);
        }
        if (held.startsWith("*.")) {
            int dot = wanted.indexOf('.');
            return dot > 0 && held.substring(1).equals(wanted.substring(dot));
        }
        return held.equals(wanted);
    }

    private static CertificateException inWords(CertificateException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException) {
                return new CertificateException("it has expired", e);
            }
            if (cause instanceof CertificateNotYetValidException) {
                return new CertificateException("it is not valid yet", e);
            }
            if (cause instanceof CertificateRevokedException revoked) {
                return new CertificateException(
                        "it was revoked at " + revoked.getRevocationDate().toInstant(), e);
            }
            if (cause instanceof CertPathValidatorException invalid
                    && invalid.getReason() == BasicReason.UNDETERMINED_REVOCATION_STATUS) {
                return new CertificateException("there is no revocation list in force of who has signed it", e);
            }
        }
        var text = String.valueOf(e.getMessage());
        if (text.contains("unable to find valid certification path") || text.contains("No trusted certificate found")) {
            return new CertificateException("no authority that is trusted here has signed it", e);
        }
        return e;
    }
}
