package org.tarishi.core.server;

import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.config.InvalidSettingException;

/**
 * What {@link Config} says of messages of users (RFC 6409); see there.
 *
 * @param domain completes addresses of the header; empty where they stay as they are
 * @param shortDomains whether domains of one word are taken
 * @param addSender whether Sender is added
 */
record SubmissionSettings(String domain, boolean shortDomains, boolean addSender) {

    SubmissionSettings(Config config) {
        this(config.submissionDomain().strip(), config.submissionShortDomains(), config.submissionSender());
    }

    SubmissionSettings {
        if (!domain.isEmpty()) {
            try {
                domain = Domain.parse(domain).ascii();
            } catch (AddressSyntaxException e) {
                throw new InvalidSettingException("submissionDomain", "want a domain such as example.com: " + domain);
            }
        }
    }
}
