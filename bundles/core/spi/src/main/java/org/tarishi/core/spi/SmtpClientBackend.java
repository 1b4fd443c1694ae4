package org.tarishi.core.spi;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;

/** Stands behind {@link SmtpClient}. */
@ConsumerType
public interface SmtpClientBackend {

    /** Hands over one message; see {@link SmtpClient#send}. */
    SmtpClient.Outcome send(Route route, ReversePath from, List<Recipient> to, Message message, Terms terms)
            throws IOException;

    /** Opens a session whose steps the caller chooses; see {@link SmtpClient#open}. */
    default SmtpClient.Dialogue open(Route route, Terms terms) throws IOException {
        throw new IOException("this SMTP client knows no single steps");
    }

    /**
     * How to go about it; see {@link SmtpClient.Options}.
     *
     * @param connectTimeout how long connecting may take
     * @param allRecipientsOrNone whether no data is sent unless every recipient was accepted
     * @param authPreferred whether it may go without a login where the next hop offers none that could be used
     */
    record Terms(Duration connectTimeout, boolean allRecipientsOrNone, boolean authPreferred) {}
}
