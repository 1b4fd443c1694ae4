package org.tarishi.core.deploy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.tarishi.api.Text;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.core.spi.PluginRefusedException;

/**
 * Whose plugins are taken: checks a jar's signature (JAR file specification, "Signed JAR File") against the certificates that the
 * operator trusts. Every entry must be signed, not some.
 */
final class Trust {

    /** Nobody need sign. */
    static final Trust ALL = new Trust(Set.of(), false);

    /** Nobody is trusted, because nobody knows who should be. */
    static final Trust NOBODY = new Trust(Set.of(), true);

    private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
    private static final String ANY_USE = "2.5.29.37.0";

    /** What holds a signature is not itself signed. */
    private static final Pattern SIGNATURE =
            Pattern.compile("META-INF/(MANIFEST\\.MF|[^/]+\\.(SF|RSA|DSA|EC)|SIG-[^/]*)");

    private final Set<X509Certificate> trusted;
    private final boolean isAsked;

    private Trust(Set<X509Certificate> trusted, boolean isAsked) {
        this.trusted = Set.copyOf(trusted);
        this.isAsked = isAsked;
    }

    /**
     * Reads certificates.
     *
     * @param files PEM or DER, relative to {@code conf}; none for {@link #ALL}
     * @throws InvalidSettingException with the key, when there is a file without a certificate
     */
    static Trust read(List<Path> files, Path conf) {
        var certificates = new HashSet<X509Certificate>();
        for (var file : files) {
            var shown = Text.escaped(file.toString());
            try (var in = Files.newInputStream(conf.resolve(file))) {
                var read = CertificateFactory.getInstance("X.509").generateCertificates(in);
                if (read.isEmpty()) {
                    throw new InvalidSettingException("trustedSigners", shown + " holds no certificate");
                }
                read.forEach(certificate -> certificates.add((X509Certificate) certificate));
            } catch (CertificateException e) {
                throw new InvalidSettingException(
                        "trustedSigners", shown + " holds no certificate that can be read; want PEM");
            } catch (IOException e) {
                throw new InvalidSettingException(
                        "trustedSigners",
                        shown + " can't be read: "
                                + (Files.exists(conf.resolve(file))
                                        ? e.getClass().getSimpleName()
                                        : "no such file"));
            }
        }
        return certificates.isEmpty() ? ALL : new Trust(certificates, true);
    }

    /** Tells whether anybody must sign. */
    boolean isAsked() {
        return isAsked;
    }

    /**
     * Refuses a jar that is not wholly signed by somebody who is trusted; reads all of it, and runs nothing.
     *
     * @param when the instant at which certificates must be good, where the signature has no time stamp
     */
    void check(Path file, String name, Instant when) throws PluginRefusedException {
        if (!isAsked()) {
            return;
        }
        var shown = Text.escaped(name);
        try (var jar = new JarFile(file.toFile(), true)) {
            var unsigned = new ArrayList<String>();
            int signed = 0;
            for (var entry : (Iterable<JarEntry>) () -> jar.entries().asIterator()) {
                if (entry.isDirectory()
                        || SIGNATURE
                                .matcher(entry.getName().toUpperCase(Locale.ROOT))
                                .matches()) {
                    continue;
                }
                try (var in = jar.getInputStream(entry)) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
                var signers = entry.getCodeSigners();
                if (signers == null) {
                    unsigned.add(entry.getName());
                } else {
                    checkSigners(signers, shown, when);
                    signed++;
                }
            }
            if (signed == 0) {
                throw new PluginRefusedException(shown + " is not signed, or in a way that Java trusts no more, and"
                        + " trustedSigners of " + Deploy.PID + " asks for it: sign it with jarsigner");
            }
            if (!unsigned.isEmpty()) {
                throw new PluginRefusedException(shown + " is signed, but " + Text.escaped(unsigned.getFirst())
                        + " in it is not: it was added later, ask where the file comes from");
            }
        } catch (SecurityException e) {
            throw new PluginRefusedException(shown + " was changed after it was signed ("
                    + Text.escaped(String.valueOf(e.getMessage())) + "): ask where the file comes from");
        } catch (IOException e) {
            throw new PluginRefusedException(shown + " can't be read: " + Text.escaped(String.valueOf(e.getMessage())));
        }
    }

    private void checkSigners(CodeSigner[] signers, String shown, Instant when) throws PluginRefusedException {
        PluginRefusedException why = null;
        for (var signer : signers) {
            try {
                checkSigner(signer, shown, when);
                return;
            } catch (PluginRefusedException e) {
                why = e;
            }
        }
        if (why != null) {
            throw why;
        }
    }

    private void checkSigner(CodeSigner signer, String shown, Instant when) throws PluginRefusedException {
        var path = new ArrayList<X509Certificate>();
        for (var certificate : signer.getSignerCertPath().getCertificates()) {
            path.add((X509Certificate) certificate);
        }
        var leaf = path.getFirst();
        var who = Text.escaped(leaf.getSubjectX500Principal().getName());
        var stamp = signer.getTimestamp();
        var at = stamp == null ? when : stamp.getTimestamp().toInstant();
        if (at.isBefore(leaf.getNotBefore().toInstant())
                || at.isAfter(leaf.getNotAfter().toInstant())) {
            throw new PluginRefusedException(shown + " is signed by " + who + " with a certificate that is good from "
                    + leaf.getNotBefore().toInstant() + " to "
                    + leaf.getNotAfter().toInstant() + ": have it signed anew, with a time stamp (jarsigner -tsa)");
        }
        if (!maySign(leaf)) {
            throw new PluginRefusedException(shown + " is signed by " + who
                    + " with a certificate that is not for signing code: have it signed with one that is");
        }
        if (!trusted.contains(leaf) && !isVouchedFor(path, at)) {
            throw new PluginRefusedException(shown + " is signed by " + who + ", whom trustedSigners of " + Deploy.PID
                    + " does not name: add that certificate if you trust it");
        }
    }

    /** A certificate without extended uses is for all of them (RFC 5280 section 4.2.1.12). */
    private static boolean maySign(X509Certificate leaf) {
        try {
            var uses = leaf.getExtendedKeyUsage();
            return uses == null || uses.contains(CODE_SIGNING) || uses.contains(ANY_USE);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private boolean isVouchedFor(List<X509Certificate> path, Instant at) {
        var below = new ArrayList<>(path);
        below.removeIf(trusted::contains);
        var anchors = new HashSet<TrustAnchor>();
        trusted.forEach(certificate -> anchors.add(new TrustAnchor(certificate, null)));
        try {
            var parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(at));
            var whole = CertificateFactory.getInstance("X.509").generateCertPath(below);
            CertPathValidator.getInstance("PKIX").validate(whole, parameters);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
