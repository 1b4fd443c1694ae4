package org.tarishi.core.sasl;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.SaslMechanism;

/** SCRAM-SHA-1 (RFC 5802). */
@SmtpPlugin("sasl/scram-sha-1")
@NonBlocking
@Component(service = SaslMechanism.class)
public final class ScramSha1 extends Scram {

    /** For the component runtime. */
    @Activate
    public ScramSha1(@Reference Sasl sasl) {
        super(sasl, Hash.SHA_1, false);
    }
}
