package org.tarishi.core.server;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;
import org.tarishi.core.spi.ClientCertificates;
import org.tarishi.core.spi.ClientTls;
import org.tarishi.core.spi.TlsContexts;

/** TLS with one self-signed key for servers and another for clients. */
final class FakeTls implements TlsContexts {

    /** A key with its certificate. */
    private record Key(KeyPair pair, X509Certificate certificate) {}

    static {
        // As core/tls does.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }

    private static final Key SERVER = key("CN=mx.test");
    private static final Key CLIENT = key("CN=client.test");

    /** One for all: a key store takes longer to make than most dialogs take to hold. */
    private static final SSLContext SERVING = context(SERVER);

    @Nullable String trouble;
    /** What is wrong with every client's certificate. */
    @Nullable String objection;
    /** The versions of a server; null for all. */
    String @Nullable [] versions;

    static FakeTls working() {
        return new FakeTls();
    }

    private static Key key(String name) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            var pair = generator.generateKeyPair();
            var subject = new X500Name(name);
            var now = Instant.now();
            var certificate = new JcaX509v3CertificateBuilder(
                            subject,
                            BigInteger.ONE,
                            Date.from(now.minus(Duration.ofDays(1))),
                            Date.from(now.plus(Duration.ofDays(10))),
                            subject,
                            pair.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
            return new Key(pair, new JcaX509CertificateConverter().getCertificate(certificate));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(@Nullable Key key) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            if (key != null) {
                store.setKeyEntry("key", key.pair.getPrivate(), new char[0], new X509Certificate[] {key.certificate});
            }
            var keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(store, new char[0]);
            var made = SSLContext.getInstance("TLS");
            made.init(keys.getKeyManagers(), new TrustManager[] {new Anybody()}, new SecureRandom());
            return made;
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A client without a certificate; with these versions of TLS, or all. */
    static SSLEngine client(String... versions) {
        return client(context(null), versions);
    }

    static SSLEngine clientWithCertificate(String... versions) {
        return client(context(CLIENT), versions);
    }

    /** A client that trusts those that the JDK trusts, which are not us. */
    static SSLEngine distrustfulClient() {
        try {
            return client(SSLContext.getDefault());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLEngine client(SSLContext of, String... versions) {
        var engine = of.createSSLEngine("mx.test", 25);
        engine.setUseClientMode(true);
        var parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("mx.test")));
        engine.setSSLParameters(parameters);
        if (versions.length > 0) {
            engine.setEnabledProtocols(versions);
        }
        return engine;
    }

    static X509Certificate serverCertificate() {
        return SERVER.certificate;
    }

    @Override
    public Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    @Override
    public SSLEngine serverEngine(ClientCertificates certificates) {
        var engine = SERVING.createSSLEngine();
        engine.setUseClientMode(false);
        if (versions != null) {
            engine.setEnabledProtocols(versions);
        }
        switch (certificates) {
            case NONE -> {}
            case ASKED -> engine.setWantClientAuth(true);
            case REQUIRED -> engine.setNeedClientAuth(true);
        }
        return engine;
    }

    @Override
    public Optional<String> objectionToClient(List<X509Certificate> chain) {
        return Optional.ofNullable(objection);
    }

    @Override
    public SSLEngine clientEngine(ClientTls wanted) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<String> objectionToServer(List<X509Certificate> chain, List<String> names) {
        throw new UnsupportedOperationException();
    }

    private static final class Anybody extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
