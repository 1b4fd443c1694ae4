package org.tarishi.core.sasl;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.SaslMechanism;

/** SCRAM-SHA-256 (RFC 7677). */
@SmtpPlugin("sasl/scram-sha-256")
@NonBlocking
@Component(service = SaslMechanism.class)
public final class ScramSha256 extends Scram {

    /** For the component runtime. */
    @Activate
    public ScramSha256(@Reference Sasl sasl) {
        super(sasl, Hash.SHA_256, false);
    }
}
