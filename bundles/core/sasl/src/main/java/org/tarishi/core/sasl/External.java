package org.tarishi.core.sasl;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Tls;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.SaslMechanism;

/** EXTERNAL (RFC 4422 appendix A): the client's certificate, which TLS has verified, says who it is. */
@SmtpPlugin("sasl/external")
@NonBlocking
@Component
public final class External implements SaslMechanism {

    /** The type of an rfc822Name among a certificate's names (RFC 5280 section 4.2.1.6). */
    private static final Integer MAIL_NAME = 1;

    private final Sasl sasl;

    /** For the component runtime. */
    @Activate
    public External(@Reference Sasl sasl) {
        this.sasl = sasl;
    }

    @Override
    public String name() {
        return "EXTERNAL";
    }

    @Override
    public boolean isOfferedTo(SmtpConnection connection) {
        return !sasl.settings().externalUsers().isEmpty()
                && certificate(connection).isPresent();
    }

    private static Optional<X509Certificate> certificate(SmtpConnection connection) {
        return connection
                .tls()
                .filter(Tls::isClientVerified)
                .flatMap(tls -> tls.clientCertificates().stream().findFirst());
    }

    @Override
    public Exchange begin(SmtpConnection connection, List<CredentialStore> stores) {
        return new ExternalExchange(sasl, certificate(connection));
    }

    /** Returns what a certificate may stand in a table by, the surest first. */
    static Set<String> keys(X509Certificate certificate) throws GeneralSecurityException {
        var keys = new LinkedHashSet<String>();
        keys.add("sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())));
        var subject = certificate.getSubjectX500Principal().getName();
        if (!subject.isEmpty()) {
            keys.add(word(subject));
        }
        mailNames(certificate).forEach(name -> keys.add(word(name)));
        commonName(subject).ifPresent(name -> keys.add(word(name)));
        return keys;
    }

    /** A key is one word in the file of a table. */
    private static String word(String text) {
        return text.replace("%", "%25").replace(" ", "%20");
    }

    private static List<String> mailNames(X509Certificate certificate) throws CertificateParsingException {
        var names = certificate.getSubjectAlternativeNames();
        return names == null
                ? List.of()
                : names.stream()
                        .filter(name -> MAIL_NAME.equals(name.get(0)) && name.get(1) instanceof String)
                        .map(name -> (String) name.get(1))
                        .toList();
    }

    private static Optional<String> commonName(String subject) {
        try {
            return new LdapName(subject)
                    .getRdns().stream()
                            .filter(part ->
                                    part.getType().toUpperCase(Locale.ROOT).equals("CN"))
                            .map(part -> String.valueOf(part.getValue()))
                            .reduce((_, last) -> last);
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }

    private static final class ExternalExchange implements Exchange {

        private final Sasl sasl;
        private final Optional<X509Certificate> certificate;
        private String user = "";

        ExternalExchange(Sasl sasl, Optional<X509Certificate> certificate) {
            this.sasl = sasl;
            this.certificate = certificate;
        }

        @Override
        public Step step(byte[] response) throws LookupException, GeneralSecurityException {
            var authorized = Octets.text(response);
            if (authorized.isEmpty() || authorized.get().indexOf('\0') >= 0) {
                return Step.failure(Failures.MALFORMED);
            }
            var names = sasl.settings().externalUsers();
            if (certificate.isEmpty() || names.isEmpty()) {
                return Step.failure();
            }
            var table = sasl.tables(names);
            for (var key : keys(certificate.get())) {
                var found = table.get(key).flatMap(SaslPrep::name);
                if (found.isPresent()) {
                    user = found.get();
                    return Failures.isOther(authorized.get(), user) ? Step.failure() : Step.success(user);
                }
            }
            return Step.failure();
        }

        @Override
        public Optional<String> user() {
            return Optional.of(user).filter(name -> !name.isEmpty());
        }

        @Override
        public void dispose() {}
    }
}
