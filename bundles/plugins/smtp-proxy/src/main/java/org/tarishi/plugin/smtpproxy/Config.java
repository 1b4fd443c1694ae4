package org.tarishi.plugin.smtpproxy;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings as they stand in the file; {@link Settings} is their checked form. */
@ObjectClassDefinition(
        name = "Tarishi plugin smtp-proxy",
        description = "Passes MAIL, RCPT and the message on to another SMTP server as they come.")
@interface Config {

    @AttributeDefinition(
            name = "Host",
            required = false,
            description =
                    "The server behind: name, name:port, [IPv6]:port, a smtp:// or smtps:// URL, or the absolute path of a Unix"
                            + " domain socket. Empty, and pool too: the plugin has no opinion. Default: empty.")
    String host() default "";

    @AttributeDefinition(name = "Port", description = "The port of servers that name none, 1 to 65535. Default: 25.")
    int port() default 25;

    @AttributeDefinition(
            name = "More hosts",
            required = false,
            description =
                    "More servers that will do as well, written as host; at most 20. One that does not serve is left out for a time."
                            + " Default: none.")
    String[] pool() default {};

    @AttributeDefinition(
            name = "Order",
            description =
                    "In which order they have sessions: preference (as they stand; the second when the first is not well) or"
                            + " round-robin (each session begins with the next one). Default: preference.",
            options = {
                @Option(label = "As they stand", value = "preference"),
                @Option(label = "In turn", value = "round-robin")
            })
    String order() default "preference";

    @AttributeDefinition(
            name = "Dead time",
            description =
                    "How long a server that did not serve is left out where there are others, ISO-8601, PT1S to PT1H; then one"
                            + " session tries it. Default: PT10S.")
    String deadTime() default "PT10S";

    @AttributeDefinition(
            name = "Outbound",
            description = "Whether mail of clients that may relay is passed on too. Default: false.")
    boolean enableOutbound() default false;

    @AttributeDefinition(
            name = "When unreachable",
            description =
                    "What is answered to MAIL while no server can be reached: DENYSOFT (451), or CONTINUE, which leaves the"
                            + " transaction to other plugins. Default: DENYSOFT.",
            options = {
                @Option(label = "Refuse for now", value = "DENYSOFT"),
                @Option(label = "Leave it to others", value = "CONTINUE")
            })
    String unreachable() default "DENYSOFT";

    @AttributeDefinition(
            name = "Connect time-out",
            description = "How long connecting may take, ISO-8601, at most PT10M. Default: PT10S.")
    String connectTimeout() default "PT10S";

    @AttributeDefinition(
            name = "EHLO name",
            required = false,
            description =
                    "The name given in EHLO: a domain, or an address in brackets. Empty: as the SMTP client is set up. Default:"
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
                    "How TLS is spoken: none, opportunistic (where the server offers it, with any certificate), require (or nothing"
                            + " is sent), verify (with a certificate that holds the server's name, or nothing is sent). Default:"
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
                    "The name of this server's certificate that is shown to a server which asks for one. Empty: none is. Default:"
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
