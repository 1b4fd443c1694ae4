package org.tarishi.core.sasl;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.SaslMechanism;

/** XOAUTH2, as clients of Google and Microsoft know it: what was before OAUTHBEARER. */
@SmtpPlugin("sasl/xoauth2")
@NonBlocking
@Component(service = SaslMechanism.class)
public final class XOAuth2 extends Bearer {

    /** For the component runtime. */
    @Activate
    public XOAuth2(@Reference Sasl sasl) {
        super(sasl);
    }

    @Override
    public String name() {
        return "XOAUTH2";
    }

    /** Reads {@code user=name^Aauth=Bearer token^A^A}. */
    @Override
    @Nullable BearerMessage read(byte[] response) {
        int end = Octets.indexOf(response, BearerMessage.END, 0);
        int equals = Octets.indexOf(response, '=', 0);
        if (end < 0 || equals < 0 || equals > end || !BearerMessage.isKey(response, 0, equals, "user")) {
            return null;
        }
        return Octets.text(response, equals + 1, end)
                .filter(user -> !user.isEmpty())
                .flatMap(user -> BearerMessage.read(user, response, end + 1))
                .orElse(null);
    }

    @Override
    String refusal(String status, Optional<String> scope, Optional<String> configuration) {
        return Json.object(
                "status",
                status.equals("invalid_request") ? "400" : "401",
                "schemes",
                Optional.of("bearer"),
                "scope",
                scope);
    }
}
