package org.tarishi.plugin.lmtp;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings as they stand in the file; {@link Settings} is their checked form. */
@ObjectClassDefinition(name = "Tarishi plugin lmtp", description = "Hands mail to a store by LMTP (RFC 2033).")
@interface Config {

    @AttributeDefinition(
            name = "Host",
            required = false,
            description =
                    "The store: name, name:port, [IPv6]:port, a lmtp:// URL, or the absolute path of a Unix domain socket. Empty, and"
                            + " pool and routes too: the plugin takes no mail. Default: empty.")
    String host() default "";

    @AttributeDefinition(name = "Port", description = "The port of stores that name none, 1 to 65535. Default: 24.")
    int port() default 24;

    @AttributeDefinition(
            name = "More hosts",
            required = false,
            description =
                    "More next hops to the same store, written as host; at most 20. One that does not serve is left out for a time."
                            + " Default: none.")
    String[] pool() default {};

    @AttributeDefinition(
            name = "Order",
            description =
                    "In which order they have mail: preference (as they stand; the second when the first is not well) or"
                            + " round-robin (each message begins with the next one). Default: preference.",
            options = {
                @Option(label = "As they stand", value = "preference"),
                @Option(label = "In turn", value = "round-robin")
            })
    String order() default "preference";

    @AttributeDefinition(
            name = "Dead time",
            description =
                    "How long a next hop that did not serve is left out where there are others, ISO-8601, PT1S to PT1H; then one"
                            + " message tries it. Default: PT10S.")
    String deadTime() default "PT10S";

    @AttributeDefinition(
            name = "Routes",
            required = false,
            description =
                    "Tables of the stores of single addresses and domains, such as inline:a.example=/run/a.sock or file:lmtp_routes;"
                            + " see the README. Default: none.")
    String[] routes() default {};

    @AttributeDefinition(
            name = "Deliver",
            description =
                    "When mail goes to the store: direct (before the client has its answer, which is the store's) or queued (from the"
                            + " outbound queue, behind its answer). Default: direct.",
            options = {
                @Option(label = "Before the answer", value = "direct"),
                @Option(label = "From the outbound queue", value = "queued")
            })
    String deliver() default "direct";

    @AttributeDefinition(
            name = "When unreachable",
            description =
                    "What becomes of mail while no store can be reached: DENYSOFT answers 451, QUEUE keeps it in the outbound queue,"
                            + " CONTINUE asks the next plugin. Default: DENYSOFT.",
            options = {
                @Option(label = "Refuse for now", value = "DENYSOFT"),
                @Option(label = "Keep in the queue", value = "QUEUE"),
                @Option(label = "Ask the next plugin", value = "CONTINUE")
            })
    String unreachable() default "DENYSOFT";

    @AttributeDefinition(
            name = "Outbound",
            description = "Whether mail of clients that may relay goes to the store directly too. Default: false.")
    boolean enableOutbound() default false;

    @AttributeDefinition(
            name = "Connect time-out",
            description = "How long connecting may take, ISO-8601, at most PT10M. Default: PT30S.")
    String connectTimeout() default "PT30S";

    @AttributeDefinition(
            name = "LHLO name",
            required = false,
            description =
                    "The name given in LHLO: a domain, or an address in brackets. Empty: as the SMTP client is set up. Default:"
                            + " empty.")
    String heloName() default "";

    @AttributeDefinition(
            name = "Bind address",
            required = false,
            description = "The local address to connect from. Empty: the system's choice. Default: empty.")
    String bindAddress() default "";

    @AttributeDefinition(
            name = "TLS",
            description =
                    "How TLS is spoken over TCP: none, opportunistic (where the store offers it, with any certificate), require (or"
                            + " nothing is sent), verify (with a certificate that holds the host's name, or nothing is sent). Default:"
                            + " opportunistic.",
            options = {
                @Option(label = "None", value = "none"),
                @Option(label = "Opportunistic", value = "opportunistic"),
                @Option(label = "Required", value = "require"),
                @Option(label = "Verified", value = "verify")
            })
    String tls() default "opportunistic";

    @AttributeDefinition(
            name = "Certificate",
            required = false,
            description =
                    "The name of this server's certificate that is shown to a store which asks for one. Empty: none is. Default:"
                            + " empty.")
    String certificate() default "";

    @AttributeDefinition(
            name = "User",
            required = false,
            description = "Whom to log in as (AUTH), with passwordFile. Empty: nobody. Default: empty.")
    String user() default "";

    @AttributeDefinition(
            name = "Password file",
            required = false,
            description =
                    "The file whose first line is the password, a whole path or one below the folder of the configuration."
                            + " Default: empty.")
    String passwordFile() default "";
}
