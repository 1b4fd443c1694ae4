package org.tarishi.core.delivery;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.outbound.CertificateJudge;

/** Approves of certificates by TLSA records (RFC 7672 section 3). Equal to another that says the same. */
final class DaneJudge implements CertificateJudge {

    private final Set<TlsaRecord> records;

    /** Those that may match. */
    private final List<TlsaRecord> heeded;

    private final List<String> names;
    private final Clock clock;

    /**
     * Makes one.
     *
     * @param records at least one
     * @param names the names of which a certificate below a trust anchor must hold one (RFC 7672 section 3.2.2)
     */
    DaneJudge(List<TlsaRecord> records, List<String> names, Clock clock) {
        this.records = Set.copyOf(records);
        this.heeded = heeded(records);
        this.names = List.copyOf(names);
        this.clock = clock;
    }

    /** Of several digests of the same the strongest alone counts (RFC 7671 section 9): whoever breaks a weaker one has gained nothing. */
    private static List<TlsaRecord> heeded(List<TlsaRecord> records) {
        return records.stream()
                .filter(one -> one.matching() == 0
                        || records.stream()
                                .noneMatch(other -> other.usage() == one.usage()
                                        && other.selector() == one.selector()
                                        && other.matching() > one.matching()))
                .toList();
    }

    @Override
    public void check(List<X509Certificate> chain) throws CertificateException {
        for (var record : heeded) {
            boolean isApproved = record.usage() == TlsaRecord.END_ENTITY
                    // RFC 7672 section 3.1.1: neither names nor times count.
                    ? matches(record, chain.getFirst())
                    : isBelowAnchor(record, chain);
            if (isApproved) {
                return;
            }
        }
        throw new CertificateException("no TLSA record matches it");
    }

    /** Returns the records, as a zone has them. */
    List<String> lines() {
        return records.stream()
                .map(each -> each.usage() + " " + each.selector() + " " + each.matching() + " " + each.data())
                .sorted()
                .toList();
    }

    private static boolean matches(TlsaRecord record, X509Certificate certificate) {
        try {
            var selected = record.selector() == 0
                    ? certificate.getEncoded()
                    : certificate.getPublicKey().getEncoded();
            var compared = switch (record.matching()) {
                case 1 -> MessageDigest.getInstance("SHA-256").digest(selected);
                case 2 -> MessageDigest.getInstance("SHA-512").digest(selected);
                default -> selected;
            };
            return Arrays.equals(compared, record.bytes());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** RFC 7672 section 3.1.2: an authority that the record names has signed it, it is valid now, and it holds one of the names. */
    private boolean isBelowAnchor(TlsaRecord record, List<X509Certificate> chain) {
        if (names.stream().noneMatch(name -> CertificateNames.holds(chain.getFirst(), name))) {
            return false;
        }
        for (int i = 1; i < chain.size(); i++) {
            if (matches(record, chain.get(i)) && isValid(chain.subList(0, i), new TrustAnchor(chain.get(i), null))) {
                return true;
            }
        }
        // The record may hold an anchor that the server need not send.
        var anchor = record.matching() == 0 ? anchor(record, chain.getLast()) : null;
        return anchor != null && isValid(chain, anchor);
    }

    private static @Nullable TrustAnchor anchor(TlsaRecord record, X509Certificate last) {
        try {
            return record.selector() == 0
                    ? new TrustAnchor(
                            (X509Certificate) CertificateFactory.getInstance("X.509")
                                    .generateCertificate(new ByteArrayInputStream(record.bytes())),
                            null)
                    : new TrustAnchor(last.getIssuerX500Principal(), key(record, last.getSigAlgName()), null);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    /** The kind of a bare key is told by the signature that it should have made. */
    private static PublicKey key(TlsaRecord record, String signature) throws GeneralSecurityException {
        var upper = signature.toUpperCase(java.util.Locale.ROOT);
        var kind = upper.contains("ECDSA") ? "EC" : upper.contains("RSA") ? "RSA" : "EdDSA";
        return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(record.bytes()));
    }

    private boolean isValid(List<X509Certificate> path, TrustAnchor anchor) {
        try {
            var parameters = new PKIXParameters(Set.of(anchor));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(clock.instant()));
            var made = CertificateFactory.getInstance("X.509").generateCertPath(path);
            var _ = CertPathValidator.getInstance("PKIX").validate(made, parameters);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DaneJudge j && records.equals(j.records) && names.equals(j.names);
    }

    @Override
    public int hashCode() {
        return Objects.hash(records, names);
    }

    @Override
    public String toString() {
        return "DANE " + records;
    }
}
