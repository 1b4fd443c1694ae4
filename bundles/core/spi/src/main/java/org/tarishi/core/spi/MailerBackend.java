package org.tarishi.core.spi;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.service.Mailer;

/** Stands behind {@link Mailer}. */
@ConsumerType
public interface MailerBackend {

    /** Queues a message; see {@link Mailer#send}. */
    Mailer.Queued send(ReversePath from, List<Recipient> to, InputStream content, MailerOptions options)
            throws IOException;
}
