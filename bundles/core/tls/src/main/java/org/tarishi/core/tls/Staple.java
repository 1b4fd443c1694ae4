package org.tarishi.core.tls;

import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** What an authority says of one certificate of ours, for clients that want to know (RFC 6066 section 8, RFC 6960). */
final class Staple {

    /** Where nothing else is said, a response holds for a day. */
    private static final Duration LIFE = Duration.ofDays(1);

    private final byte[] response;
    private final Instant renewAt;
    private final Instant end;

    private Staple(byte[] response, Instant renewAt, Instant end) {
        this.response = response;
        this.renewAt = renewAt;
        this.end = end;
    }

    /** The whole OCSP response. */
    byte[] response() {
        return response;
    }

    /** When to ask for the next one. */
    Instant renewAt() {
        return renewAt;
    }

    /**
     * Reads a response, and checks that it is good news about a certificate, now.
     *
     * @throws IOException with what is wrong
     */
    static Staple read(byte[] response, Identity identity, Instant now) throws IOException {
        try {
            var whole = new OCSPResp(response);
            if (whole.getStatus() != OCSPResp.SUCCESSFUL
                    || !(whole.getResponseObject() instanceof BasicOCSPResp basic)) {
                throw new IOException("the authority has no answer (status " + whole.getStatus() + ")");
            }
            for (var single : basic.getResponses()) {
                if (isAbout(single, identity)) {
                    return of(response, single, now);
                }
            }
            throw new IOException("it is about another certificate");
        } catch (OCSPException | OperatorCreationException | CertificateEncodingException e) {
            throw new IOException("it is no OCSP response: " + e.getMessage(), e);
        }
    }

    private static Staple of(byte[] response, SingleResp single, Instant now) throws IOException {
        var begin = single.getThisUpdate().toInstant();
        var next = single.getNextUpdate();
        var end = next == null ? begin.plus(LIFE) : next.toInstant();
        // To the library, good is null.
        if (single.getCertStatus() != null) {
            throw new IOException("it says that the certificate is revoked, or not known");
        }
        if (end.isBefore(now) || begin.isAfter(now.plusSeconds(300))) {
            throw new IOException("it is for the time from " + begin + " to " + end);
        }
        return new Staple(response, begin.plus(Duration.between(begin, end).dividedBy(2)), end);
    }

    private static boolean isAbout(SingleResp single, Identity identity)
            throws OCSPException, OperatorCreationException, CertificateEncodingException {
        return single.getCertID()
                        .getSerialNumber()
                        .equals(identity.certificate().getSerialNumber())
                && single.getCertID()
                        .matchesIssuer(
                                new JcaX509CertificateHolder(identity.chain()[1]),
                                new JcaDigestCalculatorProviderBuilder().build());
    }

    /** Returns the question to ask about a certificate; its issuer stands behind it in the chain. */
    static byte[] question(Identity identity) throws IOException {
        try {
            return new OCSPReqBuilder().addRequest(id(identity)).build().getEncoded();
        } catch (OCSPException | OperatorCreationException | CertificateEncodingException e) {
            throw new IOException("no question can be made: " + e.getMessage(), e);
        }
    }

    private static CertificateID id(Identity identity)
            throws OCSPException, OperatorCreationException, CertificateEncodingException {
        return new CertificateID(
                new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1),
                new JcaX509CertificateHolder(identity.chain()[1]),
                identity.certificate().getSerialNumber());
    }

    /** Returns where the authority answers questions about a certificate; null where it doesn't. */
    static @Nullable String responder(Identity identity) {
        try {
            var extension =
                    new JcaX509CertificateHolder(identity.certificate()).getExtension(Extension.authorityInfoAccess);
            if (extension == null) {
                return null;
            }
            for (var access : AuthorityInformationAccess.getInstance(extension.getParsedValue())
                    .getAccessDescriptions()) {
                if (access.getAccessMethod().equals(AccessDescription.id_ad_ocsp)
                        && access.getAccessLocation().getTagNo() == GeneralName.uniformResourceIdentifier) {
                    return access.getAccessLocation().getName().toString();
                }
            }
            return null;
        } catch (CertificateEncodingException | IllegalArgumentException e) {
            return null;
        }
    }

    /** Whether it says nothing any more. */
    boolean isOver(Instant now) {
        return end.isBefore(now);
    }

    /** For the log. */
    @Override
    public String toString() {
        return "until " + end;
    }
}
