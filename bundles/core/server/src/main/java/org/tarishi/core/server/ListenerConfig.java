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
                    "smtp: mail from other servers; submission: mail from users, which must be allowed to relay; lmtp:"
                            + " one reply a recipient (RFC 2033). Default: smtp",
            options = {
                @Option(label = "SMTP", value = "smtp"),
                @Option(label = "Submission", value = "submission"),
                @Option(label = "LMTP", value = "lmtp")
            })
    String mode() default "smtp";

    @AttributeDefinition(
            name = "Path",
            description =
                    "The path of a Unix domain socket to listen on in place of address and port, absolute, at most 100"
                            + " octets. Default: empty, for none")
    String path() default "";

    @AttributeDefinition(
            name = "Permissions",
            description = "The permissions of the Unix domain socket's file, octal, 0600 to 0777. Default: 0660")
    String permissions() default "0660";

    @AttributeDefinition(
            name = "Proxies",
            description =
                    "Addresses and networks, such as 192.0.2.1 or 2001:db8::/32, whose connections must begin with a"
                            + " PROXY header (version 1 or 2); over a Unix domain socket they come from 127.0.0.1."
                            + " Default: none")
    String[] proxyFrom() default {};

    @AttributeDefinition(
            name = "Proxy time-out",
            description = "How long a proxy may take for its header, ISO-8601; PT1S to PT5M. Default: PT10S")
    String proxyTimeout() default "PT10S";

    @AttributeDefinition(
            name = "TLS",
            description =
                    "off: not spoken; offered: STARTTLS is offered (RFC 3207); required: nothing but NOOP, EHLO, STARTTLS and QUIT before it; implicit: TLS before everything else, as for smtps and submissions. Default: offered",
            options = {
                @Option(label = "Off", value = "off"),
                @Option(label = "Offered", value = "offered"),
                @Option(label = "Required", value = "required"),
                @Option(label = "Implicit", value = "implicit")
            })
    String tls() default "offered";

    @AttributeDefinition(
            name = "Client certificates",
            description =
                    "none: clients are not asked for one; asked: they are, and served whatever they show; required: the handshake fails without one that is trusted. Default: none",
            options = {
                @Option(label = "None", value = "none"),
                @Option(label = "Asked", value = "asked"),
                @Option(label = "Required", value = "required")
            })
    String clientCertificates() default "none";

    @AttributeDefinition(
            name = "TLS time-out",
            description = "How long a TLS handshake may take, ISO-8601; PT1S to PT5M. Default: PT30S")
    String tlsTimeout() default "PT30S";

    @AttributeDefinition(
            name = "Without TLS",
            description =
                    "Clients that STARTTLS is neither offered to nor required of, because it breaks with them: addresses, networks, and tables such as file:no_tls_hosts in which their address or name stands. Default: none")
    String[] withoutTls() default {};

    @AttributeDefinition(
            name = "Sessions",
            type = AttributeType.INTEGER,
            min = "0",
            max = "1000000",
            description =
                    "The most connections of this listener at once, within those of the server; one more gets 421; 0"
                            + " for no limit of its own. Default: 0")
    int maxSessions() default 0;

    @AttributeDefinition(
            name = "Sessions of an address",
            type = AttributeType.INTEGER,
            min = "0",
            max = "1000000",
            description = "In place of the server's: the most connections at once from one client address; 0 for the"
                    + " server's. Default: 0")
    int maxSessionsPerAddress() default 0;

    @AttributeDefinition(
            name = "Sessions of a network",
            type = AttributeType.INTEGER,
            min = "0",
            max = "1000000",
            description = "In place of the server's: the most connections at once from one network; 0 for the server's."
                    + " Default: 0")
    int maxSessionsPerNetwork() default 0;

    @AttributeDefinition(
            name = "Greeting delay",
            description = "In place of the server's: how long a client waits for its greeting, ISO-8601; PT0S to PT1M."
                    + " Default: empty, for the server's")
    String greetingDelay() default "";

    @AttributeDefinition(
            name = "Message size",
            type = AttributeType.LONG,
            min = "-1",
            description = "In place of the server's: the most octets of a message; 0 for no limit, -1 for the server's."
                    + " Default: -1")
    long maxMessageBytes() default -1;

    @AttributeDefinition(
            name = "Errors",
            type = AttributeType.INTEGER,
            min = "0",
            max = "100000",
            description =
                    "In place of the server's: the most wrong commands of a session; 0 for the server's. Default: 0")
    int maxErrors() default 0;

    @AttributeDefinition(
            name = "Recipients",
            type = AttributeType.INTEGER,
            min = "0",
            max = "1000000",
            description =
                    "In place of the server's: the most recipients of a transaction, from 100; 0 for the server's."
                            + " Default: 0")
    int maxRecipients() default 0;

    @AttributeDefinition(
            name = "Transactions",
            type = AttributeType.INTEGER,
            min = "0",
            max = "100000000",
            description =
                    "In place of the server's: the most transactions of a session; 0 for the server's. Default: 0")
    int maxTransactions() default 0;

    @AttributeDefinition(
            name = "Command time-out",
            description = "In place of the server's: how long a client may take for a command, ISO-8601; PT1S to PT24H."
                    + " Default: empty, for the server's")
    String commandTimeout() default "";

    @AttributeDefinition(
            name = "Data time-out",
            description =
                    "In place of the server's: how long a client may be silent within a message, ISO-8601; PT1S to"
                            + " PT24H. Default: empty, for the server's")
    String dataTimeout() default "";

    @AttributeDefinition(
            name = "Data rate",
            type = AttributeType.INTEGER,
            min = "-1",
            max = "1000000",
            description =
                    "In place of the server's: the least octets a second within a message; 0 for no limit, -1 for the"
                            + " server's. Default: -1")
    int minDataRate() default -1;

    @AttributeDefinition(
            name = "Message time-out",
            description = "In place of the server's: how long a whole message may take, ISO-8601; PT1S to P7D. Default:"
                    + " empty, for the server's")
    String messageTimeout() default "";

    @AttributeDefinition(
            name = "Session time-out",
            description =
                    "In place of the server's: how long a connection may last, ISO-8601; PT1S to P30D. Default: empty,"
                            + " for the server's")
    String sessionTimeout() default "";

    @AttributeDefinition(
            name = "AUTH",
            description =
                    "Whether clients may authenticate: off: no; offered: yes; required: they must before MAIL, unless"
                            + " a plugin lets them relay. Default: empty, for required in mode submission and offered in"
                            + " the others",
            options = {
                @Option(label = "By mode", value = ""),
                @Option(label = "Off", value = "off"),
                @Option(label = "Offered", value = "offered"),
                @Option(label = "Required", value = "required")
            })
    String auth() default "";
}
