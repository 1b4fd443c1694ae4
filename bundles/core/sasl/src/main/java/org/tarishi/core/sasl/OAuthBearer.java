package org.tarishi.core.sasl;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.SaslMechanism;

/** OAUTHBEARER (RFC 7628). */
@SmtpPlugin("sasl/oauthbearer")
@NonBlocking
@Component(service = SaslMechanism.class)
public final class OAuthBearer extends Bearer {

    /** For the component runtime. */
    @Activate
    public OAuthBearer(@Reference Sasl sasl) {
        super(sasl);
    }

    @Override
    public String name() {
        return "OAUTHBEARER";
    }

    /** Reads {@code n,a=user,^Ahost=…^Aport=…^Aauth=Bearer token^A^A}. */
    @Override
    @Nullable BearerMessage read(byte[] response) {
        int end = Octets.indexOf(response, BearerMessage.END, 0);
        var header = end < 0 ? "" : Octets.text(response, 0, end).orElse("");
        var parts = header.split(",", -1);
        // no channel is bound here, and a client that thinks we can't do it is right
        if (parts.length != 3 || !(parts[0].equals("n") || parts[0].equals("y")) || !parts[2].isEmpty()) {
            return null;
        }
        if (!parts[1].isEmpty() && !parts[1].startsWith("a=")) {
            return null;
        }
        var user = parts[1].isEmpty()
                ? ""
                : parts[1].substring(2).replace("=2C", ",").replace("=3D", "=");
        return BearerMessage.read(user, response, end + 1).orElse(null);
    }

    /** RFC 7628 section 3.2.2. */
    @Override
    String refusal(String status, Optional<String> scope, Optional<String> configuration) {
        return Json.object("status", status, "scope", scope, "openid-configuration", configuration);
    }
}
