package org.tarishi.core.delivery;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(name = "Delivery", description = "Where queued mail goes, and by which TLS.")
@interface Config {

    @AttributeDefinition(
            name = "Smart host",
            description =
                    "The next hop of all mail that no plugin and no route has another for: smtp://host:port, smtps://host:port,"
                            + " lmtp://host:port, or the path of a Unix domain socket behind smtp or lmtp. Empty for none: DNS"
                            + " says where such mail goes. Default: empty")
    String smartHost() default "";

    @AttributeDefinition(
            name = "User at the smart host",
            description = "The name to log in to the smart host with. Empty for no login. Default: empty")
    String smartHostUser() default "";

    @AttributeDefinition(
            name = "Password file for the smart host",
            description =
                    "The file whose first line is the password, a whole path or one below the folder of settings. Default: empty")
    String smartHostPasswordFile() default "";

    @AttributeDefinition(
            name = "Routes",
            description =
                    "Next hops, one a line: whom it is about (example.com, *.example.com, *, user:NAME, from:ADDRESS,"
                            + " from:@example.com), an equals sign, and one or more next hops as above, tried in this order, or mx"
                            + " for those that DNS knows; behind them bind=ADDRESS, helo=NAME, pool=NAME, tls=LEVEL,"
                            + " certificate=NAME. Default: none")
    String[] routes() default {};

    @AttributeDefinition(
            name = "Pools of local addresses",
            description =
                    "Local addresses for pool=NAME of routes, one pool a line: NAME = ADDRESS/EHLO-NAME ... Each attempt is made"
                            + " from one of them. Default: none")
    String[] pools() default {};

    @AttributeDefinition(
            name = "Deliver by DNS",
            description =
                    "Whether mail that no plugin, no route and no smart host has a next hop for goes to the mail exchangers that"
                            + " DNS names. If not, it waits. Default: true")
    boolean dns() default true;

    @AttributeDefinition(name = "Port", description = "The port of hosts that DNS names, 1 to 65535. Default: 25")
    int port() default 25;

    @AttributeDefinition(
            name = "Preferred addresses",
            description =
                    "Which addresses of a host that DNS names are tried first: ipv6, ipv4; or which alone: ipv6-only, ipv4-only."
                            + " Default: ipv6",
            options = {
                @Option(label = "IPv6 first", value = "ipv6"),
                @Option(label = "IPv4 first", value = "ipv4"),
                @Option(label = "IPv6 alone", value = "ipv6-only"),
                @Option(label = "IPv4 alone", value = "ipv4-only")
            })
    String addressPreference() default "ipv6";

    @AttributeDefinition(
            name = "Addresses to try",
            description = "The most addresses of a domain that an attempt tries, 1 to 100. Default: 10")
    int maxAddresses() default 10;

    @AttributeDefinition(
            name = "Local exchangers",
            description =
                    "Whether mail goes to this host itself, or to private addresses, because DNS says so. If not, that is refused as"
                            + " a loop. Default: false")
    boolean localMx() default false;

    @AttributeDefinition(
            name = "Own names",
            description =
                    "Names that this host has as a mail exchanger, beside the one that the system knows. Default: none")
    String[] ownNames() default {};

    @AttributeDefinition(
            name = "Own addresses",
            description =
                    "Addresses and networks under which others reach this host, beside those of its interfaces, such as those of a"
                            + " router that translates. Default: none")
    String[] ownAddresses() default {};

    @AttributeDefinition(
            name = "TLS",
            description =
                    "How next hops are spoken to where nothing else says more: none, opportunistic (where it is offered, with any"
                            + " certificate), require (or not at all), verify (with a certificate that holds the host's name, or"
                            + " not at all). Default: opportunistic",
            options = {
                @Option(label = "None", value = "none"),
                @Option(label = "Opportunistic", value = "opportunistic"),
                @Option(label = "Required", value = "require"),
                @Option(label = "Verified", value = "verify")
            })
    String tls() default "opportunistic";

    @AttributeDefinition(
            name = "TLS of single destinations",
            description =
                    "One a line: a recipient's domain or a next hop's name (example.com, *.example.com), an equals sign, a level as"
                            + " above, and certificate=NAME for one to show. Default: none")
    String[] tlsPolicies() default {};

    @AttributeDefinition(
            name = "DANE",
            description =
                    "Whether TLSA records that DNSSEC vouches for say which certificates will do (RFC 7672). Default: true")
    boolean dane() default true;

    @AttributeDefinition(
            name = "MTA-STS",
            description = "Whether the policies that domains publish over HTTPS are heeded (RFC 8461). Default: true")
    boolean mtaSts() default true;

    @AttributeDefinition(
            name = "Port of MTA-STS",
            description =
                    "The port of the web servers of such policies, 1 to 65535: another one is for tests. Default: 443")
    int mtaStsPort() default 443;

    @AttributeDefinition(
            name = "Authorities of MTA-STS",
            required = false,
            description =
                    "A PEM file of the authorities that vouch for the web servers of such policies, in place of those that the JDK"
                            + " knows, a whole path or one below the folder of settings. Default: none")
    String mtaStsAuthorities() default "";

    @AttributeDefinition(
            name = "Time to connect",
            description = "How long connecting to a next hop may take, ISO-8601, PT1S to PT10M. Default: PT30S")
    String connectTimeout() default "PT30S";
}
