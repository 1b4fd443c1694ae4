package org.tarishi.core.server;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings of one listener, as an operator writes them. */
@ObjectClassDefinition(
        name = "SMTP listener",
        description =
                "An address and port where mail is taken. A change touches this listener only; open sessions live on.")
@interface ListenerConfig {
    @AttributeDefinition(
            name = "Address",
            description =
                    "The address to listen on: an IP address of this host, 0.0.0.0 or :: for all. Default: 127.0.0.1")
    String address() default "127.0.0.1";

    @AttributeDefinition(
            name = "Port",
            type = AttributeType.INTEGER,
            min = "0",
            max = "65535",
            description = "The TCP port; 0 for any that is free. Default: 2525")
    int port() default 2525;

    @AttributeDefinition(
            name = "Mode",
            description =
                    "smtp: mail from other servers; submission: mail from users, which must be allowed to relay; lmtp: one reply a recipient (RFC 2033). Default: smtp",
            options = {
                @Option(label = "SMTP", value = "smtp"),
                @Option(label = "Submission", value = "submission"),
                @Option(label = "LMTP", value = "lmtp")
            })
    String mode() default "smtp";
}
