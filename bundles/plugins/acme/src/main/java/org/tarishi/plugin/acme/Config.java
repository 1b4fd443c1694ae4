package org.tarishi.plugin.acme;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(
        name = "Plugin acme",
        description = "Gets certificates from a certificate authority (RFC 8555), and renews them.")
@interface Config {

    @AttributeDefinition(
            name = "Certificates",
            description =
                    "The certificates to get, each as its host names with commas between; NAME= in front names its folder, which else has"
                            + " the first host's name; *.DOMAIN is a wildcard and needs dns-01. Default: none, and nobody is asked"
                            + " for anything")
    String[] certificates() default {};

    @AttributeDefinition(
            name = "Terms agreed",
            description =
                    "Whether you have read the authority's terms of service and agree to them; without, nothing is"
                            + " asked for. Default: false")
    boolean termsAgreed() default false;

    @AttributeDefinition(
            name = "Directory",
            description = "The URL of the authority's directory, https. Default:"
                    + " https://acme-v02.api.letsencrypt.org/directory (Let's Encrypt)")
    String directory() default "https://acme-v02.api.letsencrypt.org/directory";

    @AttributeDefinition(
            name = "Trusted CA",
            description =
                    "A PEM file with the roots that the authority's own web server is checked against, for one in your house; a name"
                            + " that is no whole path is below the conf folder. Default: empty, the JDK's")
    String trustedCa() default "";

    @AttributeDefinition(
            name = "Contact",
            description = "Mail addresses that the authority may write to. Default: none")
    String[] contact() default {};

    @AttributeDefinition(
            name = "External account: key id",
            description = "The key id that the authority gave you for external account binding. Default: empty, none")
    String eabKeyId() default "";

    @AttributeDefinition(
            name = "External account: key file",
            description =
                    "The file with the MAC key that goes with it, in base64url; others must not be able to read it. A name that is no"
                            + " whole path is below the conf folder. Default: empty, none")
    String eabKeyFile() default "";

    @AttributeDefinition(
            name = "Key type",
            description = "The kind of key that new certificates get. Default: ec-p256",
            options = {
                @Option(label = "EC, P-256", value = "ec-p256"),
                @Option(label = "EC, P-384", value = "ec-p384"),
                @Option(label = "RSA, 2048 bits", value = "rsa-2048"),
                @Option(label = "RSA, 3072 bits", value = "rsa-3072"),
                @Option(label = "RSA, 4096 bits", value = "rsa-4096")
            })
    String keyType() default "ec-p256";

    @AttributeDefinition(
            name = "Preferred chain",
            description =
                    "The common name of an issuer in the chain to take, where the authority offers several. Default:"
                            + " empty, the one it offers first")
    String preferredChain() default "";

    @AttributeDefinition(
            name = "Profile",
            description =
                    "The certificate profile to ask for, one that the authority's directory lists. Default: empty, none")
    String profile() default "";

    @AttributeDefinition(
            name = "Challenge",
            description = "How it is shown that the names are yours. Default: http-01",
            options = {
                @Option(label = "by HTTP, port 80", value = "http-01"),
                @Option(label = "by a DNS record", value = "dns-01")
            })
    String challenge() default "http-01";

    @AttributeDefinition(
            name = "HTTP address",
            description =
                    "http-01: the local address to listen on while a certificate is got. Default: empty, all of them")
    String httpAddress() default "";

    @AttributeDefinition(
            name = "HTTP port",
            description =
                    "http-01: the port to listen on, 1 to 65535; the authority asks port 80, so another one must be reached through"
                            + " what listens there. Default: 80")
    int httpPort() default 80;

    @AttributeDefinition(
            name = "DNS server",
            description =
                    "dns-01: the primary name server that takes updates (RFC 2136), an address or a name, with :PORT where it is not"
                            + " 53. Default: empty, another plugin publishes the records")
    String dnsServer() default "";

    @AttributeDefinition(
            name = "DNS key file",
            description =
                    "dns-01: the file with the TSIG key for updates, as tsig-keygen writes it; others must not be able to read it. A"
                            + " name that is no whole path is below the conf folder. Default: empty, updates are not signed")
    String dnsKeyFile() default "";

    @AttributeDefinition(
            name = "DNS zone",
            description =
                    "dns-01: the zone to update. Default: empty, found by asking the server for the zone's start (SOA)")
    String dnsZone() default "";

    @AttributeDefinition(
            name = "DNS wait",
            description =
                    "dns-01: how long to wait until all name servers have the records, ISO-8601, PT0S to PT1H. Default: PT30S")
    String dnsWait() default "PT30S";

    @AttributeDefinition(
            name = "Check every",
            description =
                    "How often it is looked at whether a certificate has to be renewed, and the authority is asked when it would"
                            + " like that (RFC 9773), ISO-8601, PT1H to P1D. Default: PT6H")
    String checkEvery() default "PT6H";

    @AttributeDefinition(
            name = "Time for an order",
            description = "How long getting one certificate may take, ISO-8601, PT30S to PT1H. Default: PT10M")
    String orderTimeout() default "PT10M";
}
