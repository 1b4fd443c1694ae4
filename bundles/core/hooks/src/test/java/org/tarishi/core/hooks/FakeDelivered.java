package org.tarishi.core.hooks;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.outbound.Delivered;

/** A delivery. */
record FakeDelivered(
        String host,
        Optional<InetAddress> address,
        int port,
        String mode,
        Reply response,
        Duration delay,
        List<Recipient> recipients,
        boolean isSecured,
        boolean isAuthenticated)
        implements Delivered {

    static final FakeDelivered ONE = new FakeDelivered(
            "mx.example",
            Optional.empty(),
            25,
            "smtp",
            Reply.of(250, "taken"),
            Duration.ZERO,
            List.of(Recipient.parse("<a@b.example>")),
            false,
            false);
}
