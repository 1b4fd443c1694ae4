package org.tarishi.plugin.smtpforward;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings as they stand in the file; {@link Settings} is their checked form. */
@ObjectClassDefinition(
        name = "Tarishi plugin smtp-forward",
        description = "Hands mail to another SMTP or LMTP server, and passes its answer on.")
@interface Config {

    @AttributeDefinition(
            name = "Host",
            description =
                    "The next hop: a name, an address, or the absolute path of a Unix domain socket. Empty, and pool and routes"
                            + " too: the plugin takes no mail. Default: empty.")
    String host() default "";

    @AttributeDefinition(
            name = "More hosts",
            required = false,
            description =
                    "More next hops behind host: name, name:port, [IPv6]:port, smtp://, smtps:// or lmtp:// URLs, paths of Unix"
                            + " domain sockets; at most 20. One that does not serve is left out for a time. Default: none.")
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
                    "Tables of next hops for single addresses and domains, such as inline:a.example=mx.a.example or"
                            + " file:forward_routes; see the README. Default: none.")
    String[] routes() default {};

    @AttributeDefinition(
            name = "Routes by",
            description =
                    "Whose address or domain is looked up in the routes: recipient or sender. Default: recipient.",
            options = {
                @Option(label = "The recipient's", value = "recipient"),
                @Option(label = "The sender's", value = "sender")
            })
    String routeBy() default "recipient";

    @AttributeDefinition(
            name = "Check senders",
            description =
                    "Whether a sender in a domain of the routes must come from a client that may relay. Default: false.")
    boolean checkSender() default false;

    @AttributeDefinition(
            name = "Check recipients",
            description = "Whether recipients in domains of the routes are taken. Default: false.")
    boolean checkRecipient() default false;

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

    @AttributeDefinition(
            name = "Login preferred",
            description =
                    "Whether mail goes without a login where the next hop offers none that can be used. Default: false.")
    boolean authPreferred() default false;

    @AttributeDefinition(
            name = "Port",
            description =
                    "The next hop's port, 1 to 65535; not used with a socket. LMTP has 24 as a rule. Default: 25.")
    int port() default 25;

    @AttributeDefinition(name = "LMTP", description = "Whether LMTP is spoken (RFC 2033). Default: false.")
    boolean lmtp() default false;

    @AttributeDefinition(
            name = "One message per recipient",
            description =
                    "Whether each recipient gets a transaction of its own, for next hops that can't do with several. Read what the"
                            + " README says of it first. Default: false.")
    boolean oneMessagePerRecipient() default false;

    @AttributeDefinition(
            name = "Connect time-out",
            description = "How long connecting may take, ISO-8601, at most PT10M. Default: PT30S.")
    String connectTimeout() default "PT30S";

    @AttributeDefinition(
            name = "EHLO name",
            description =
                    "The name given in EHLO or LHLO: a domain, or an address in brackets. Empty: as the SMTP client is set up."
                            + " Default: empty.")
    String heloName() default "";

    @AttributeDefinition(
            name = "Bind address",
            description = "The local address to connect from. Empty: the system's choice. Default: empty.")
    String bindAddress() default "";

    @AttributeDefinition(
            name = "TLS",
            description =
                    "How TLS is spoken: none, opportunistic (where the next hop offers it, with any certificate), require (or nothing is"
                            + " sent), verify (with a certificate that holds the next hop's name, or nothing is sent). Default:"
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
            description =
                    "The name of this server's certificate that is shown to a next hop which asks for one. Empty: none is. Default:"
                            + " empty.")
    String certificate() default "";

    @AttributeDefinition(
            name = "Outbound",
            description = "Whether mail of clients that may relay goes to the next hop too. Default: false.")
    boolean enableOutbound() default false;

    @AttributeDefinition(
            name = "When unreachable",
            description =
                    "What becomes of mail while the next hop can't be reached: CONTINUE asks the next plugin (451 when there is none,"
                            + " the outbound queue for clients that may relay), DENYSOFT answers 451 at once. Default: CONTINUE.",
            options = {
                @Option(label = "Ask the next plugin", value = "CONTINUE"),
                @Option(label = "Refuse for now", value = "DENYSOFT")
            })
    String unreachable() default "CONTINUE";
}
