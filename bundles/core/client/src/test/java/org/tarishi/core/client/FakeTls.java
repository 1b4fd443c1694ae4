package org.tarishi.core.client;

import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.CertificateException;
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
import org.tarishi.core.spi.PeerTrust;
import org.tarishi.core.spi.TlsContexts;

/** TLS of a client that trusts one self-signed certificate of {@code mx.test}, and of servers with it. */
final class FakeTls implements TlsContexts {

    private record Key(X509Certificate certificate, SSLContext context) {}

    private static final Key SERVER = server("CN=mx.test");

    private static Key server(String subject) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            var pair = generator.generateKeyPair();
            var name = new X500Name(subject);
            var now = Instant.now();
            var certificate = new JcaX509CertificateConverter()
                    .getCertificate(new JcaX509v3CertificateBuilder(
                                    name,
                                    BigInteger.ONE,
                                    Date.from(now.minus(Duration.ofDays(1))),
                                    Date.from(now.plus(Duration.ofDays(10))),
                                    name,
                                    pair.getPublic())
                            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("key", pair.getPrivate(), new char[0], new X509Certificate[] {certificate});
            var keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(store, new char[0]);
            var context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return new Key(certificate, context);
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the client wanted last. */
    @Nullable ClientTls wanted;

    static SSLContext server() {
        return SERVER.context();
    }

    static X509Certificate certificate() {
        return SERVER.certificate();
    }

    @Override
    public Optional<String> trouble() {
        return Optional.empty();
    }

    @Override
    public SSLEngine serverEngine(ClientCertificates certificates) {
        throw new IllegalStateException("no server");
    }

    @Override
    public Optional<String> objectionToClient(List<X509Certificate> chain) {
        return Optional.empty();
    }

    @Override
    public SSLEngine clientEngine(ClientTls what) {
        wanted = what;
        if (what.certificate().isPresent()) {
            throw new IllegalStateException(
                    "there is no certificate of the name " + what.certificate().get());
        }
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Trusting(what.trust())}, null);
            var engine = context.createSSLEngine(what.serverName().orElse(""), what.port());
            engine.setUseClientMode(true);
            var parameters = engine.getSSLParameters();
            parameters.setServerNames(what.serverName()
                    .map(name -> List.<javax.net.ssl.SNIServerName>of(new SNIHostName(name)))
                    .orElse(List.of()));
            engine.setSSLParameters(parameters);
            return engine;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Optional<String> objectionToServer(List<X509Certificate> chain, List<String> names) {
        return names.contains("mx.test") && chain.equals(List.of(certificate()))
                ? Optional.empty()
                : Optional.of("it does not hold the name " + names);
    }

    private static final class Trusting extends X509ExtendedTrustManager {
        private final PeerTrust trust;

        Trusting(PeerTrust trust) {
            this.trust = trust;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            switch (trust) {
                case PeerTrust.Any() -> {}
                case PeerTrust.Judged(var judge) -> judge.check(List.of(chain));
                case PeerTrust.Authorities(var names) -> {
                    if (!names.contains("mx.test")) {
                        throw new CertificateException("it does not hold the name " + names);
                    }
                }
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
