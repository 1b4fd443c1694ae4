package org.tarishi.core.delivery;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Makes keys and certificates. */
final class Certificates {

    private static final AtomicLong SERIAL = new AtomicLong(1);

    private Certificates() {}

    /** A key with the certificates that vouch for it, its own first. */
    record Made(KeyPair pair, List<X509Certificate> chain) {

        X509Certificate certificate() {
            return chain.getFirst();
        }
    }

    static Made authority(String name, @Nullable Made by, Instant from) {
        return make(name, by, from, true);
    }

    static Made server(@Nullable Made by, Instant from, String... names) {
        return make(names[0], by, from, false, names);
    }

    private static Made make(String name, @Nullable Made by, Instant from, boolean isAuthority, String... names) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            var pair = generator.generateKeyPair();
            var subject = new X500Name("CN=" + name);
            var issuer = by == null
                    ? subject
                    : X500Name.getInstance(
                            by.certificate().getSubjectX500Principal().getEncoded());
            var builder = new JcaX509v3CertificateBuilder(
                    issuer,
                    BigInteger.valueOf(SERIAL.getAndIncrement()),
                    Date.from(from),
                    Date.from(from.plus(Duration.ofDays(30))),
                    subject,
                    pair.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
            if (names.length > 0) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(Stream.of(names)
                                .map(each -> new GeneralName(GeneralName.dNSName, each))
                                .toArray(GeneralName[]::new)));
            }
            var signer = by == null ? pair : by.pair();
            var certificate = new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
            return new Made(
                    pair,
                    by == null
                            ? List.of(certificate)
                            : Stream.concat(Stream.of(certificate), by.chain().stream())
                                    .toList());
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A context of a server with this key, and of a client that trusts this certificate. */
    static SSLContext context(Made made) {
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "key", made.pair().getPrivate(), new char[0], made.chain().toArray(X509Certificate[]::new));
            store.setCertificateEntry("trusted", made.chain().getLast());
            var keys = KeyManagerFactory.getInstance("SunX509");
            keys.init(store, new char[0]);
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
