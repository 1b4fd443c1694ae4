package org.tarishi.core.sasl;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.SaslMechanism;

/** SCRAM-SHA-256-PLUS (RFC 7677), bound to the TLS channel. */
@SmtpPlugin("sasl/scram-sha-256-plus")
@NonBlocking
@Component(service = SaslMechanism.class)
public final class ScramSha256Plus extends Scram {

    /** For the component runtime. */
    @Activate
    public ScramSha256Plus(@Reference Sasl sasl) {
        super(sasl, Hash.SHA_256, true);
    }
}
