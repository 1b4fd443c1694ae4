package org.tarishi.core.spi;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** Is told by which TLS mail was sent to hosts that DNS names, and what was wrong with it: for reports to their domains (RFC 8460). */
@ConsumerType
public interface TlsResults {

    /** Takes a result. Never blocks, never throws; any thread. */
    void told(Result result);

    /**
     * What became of one session, or of the look for one.
     *
     * @param domain what the mail was for, in ASCII and lower case: its reports are asked for
     * @param policy what the session was held to
     * @param failure what was wrong; nothing for a session that was as the policy wants it
     */
    record Result(String domain, Policy policy, Optional<Problem> failure) {}

    /**
     * A policy, as a report tells it (RFC 8460 section 4.4).
     *
     * @param kind which kind
     * @param domain whose it is: the host's name for TLSA records, else the mail's domain
     * @param lines the records, or the lines of the policy
     * @param hosts the patterns of hosts of an MTA-STS policy
     */
    record Policy(Kind kind, String domain, List<String> lines, List<String> hosts) {

        /** Copies what could change. */
        public Policy {
            lines = List.copyOf(lines);
            hosts = List.copyOf(hosts);
        }
    }

    /** The kinds of policies. */
    enum Kind {
        /** TLSA records. */
        TLSA("tlsa"),
        /** MTA-STS. */
        STS("sts"),
        /** None was found. */
        NONE("no-policy-found");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** Returns the word of reports. */
        public String word() {
            return word;
        }
    }

    /**
     * What was wrong (RFC 8460 section 4.3).
     *
     * @param fault which kind of wrong
     * @param host the host, empty where none was spoken to
     * @param address the host's address, empty where it is not known
     * @param sender this host's address that it was spoken to from, empty where it is not known
     * @param reason more about it, in words
     */
    record Problem(Fault fault, String host, String address, String sender, String reason) {}

    /** The kinds of what can be wrong. */
    enum Fault {
        /** The host does not offer STARTTLS, or refuses it. */
        STARTTLS_NOT_SUPPORTED("starttls-not-supported"),
        /** Its certificate does not hold the name that it should. */
        CERTIFICATE_HOST_MISMATCH("certificate-host-mismatch"),
        /** It has expired. */
        CERTIFICATE_EXPIRED("certificate-expired"),
        /** Nobody vouches for it who is trusted. */
        CERTIFICATE_NOT_TRUSTED("certificate-not-trusted"),
        /** Something else. */
        VALIDATION_FAILURE("validation-failure"),
        /** The TLSA records can't be had, or DNSSEC does not vouch for what it should. */
        DNSSEC_INVALID("dnssec-invalid"),
        /** The MTA-STS policy can't be fetched. */
        STS_POLICY_FETCH_ERROR("sts-policy-fetch-error"),
        /** It is none. */
        STS_POLICY_INVALID("sts-policy-invalid"),
        /** Its web server can't be trusted. */
        STS_WEBPKI_INVALID("sts-webpki-invalid");

        private final String word;

        Fault(String word) {
            this.word = word;
        }

        /** Returns the word of reports. */
        public String word() {
            return word;
        }
    }
}
