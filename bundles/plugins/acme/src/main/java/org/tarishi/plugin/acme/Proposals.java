package org.tarishi.plugin.acme;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import org.shredzone.acme4j.connector.Resource;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.toolbox.AcmeUtils;
import org.shredzone.acme4j.toolbox.JSON;

/** When an authority would like a certificate to be renewed (RFC 9773). */
final class Proposals {

    private Proposals() {}

    /**
     * A window of time.
     *
     * @param askAgain when the authority wants to be asked again
     * @param explanation a page that says why, for people
     */
    record Proposal(Instant start, Instant end, Optional<Instant> askAgain, Optional<URL> explanation) {

        /** Returns what tells this window from another. */
        String window() {
            return start + "/" + end;
        }

        String why() {
            return explanation.map(url -> ", see " + url).orElse("");
        }
    }

    /**
     * Asks; no account is needed for that.
     *
     * @return nothing when the authority has no opinion
     */
    static Optional<Proposal> ask(Authority authority, X509Certificate certificate) throws AcmeException, IOException {
        var session = authority.session();
        var base = session.resourceUrlOptional(Resource.RENEWAL_INFO);
        if (base.isEmpty()) {
            return Optional.empty();
        }
        var text = base.get().toExternalForm();
        var url =
                URI.create(text + (text.endsWith("/") ? "" : "/") + AcmeUtils.getRenewalUniqueIdentifier(certificate));
        try (var connection = session.connect()) {
            connection.sendRequest(url.toURL(), session, null);
            var answer = connection.readJsonResponse();
            var window = answer.get("suggestedWindow").asObject();
            var start = window.get("start").asInstant();
            var end = window.get("end").asInstant();
            if (end.isBefore(start)) {
                throw new IOException(url + " proposes a window that ends before it begins");
            }
            return Optional.of(new Proposal(
                    start,
                    end,
                    authority.next(),
                    answer.get("explanationURL").optional().map(JSON.Value::asURL)));
        }
    }
}
