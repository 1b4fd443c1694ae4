package org.tarishi.core.client;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as they stand in the file; {@link Settings} is their checked form. */
@ObjectClassDefinition(
        name = "Tarishi SMTP client",
        description =
                "How Tarishi speaks to other servers by SMTP and LMTP, and how it keeps connections for the next mail.")
@interface Config {

    @AttributeDefinition(
            name = "EHLO name",
            description =
                    "The name given in EHLO, HELO and LHLO where a route has none: a domain, or an address in brackets."
                            + " Empty: this host's name, or the address of the connection where that is no domain. Default: empty.")
    String heloName() default "";

    @AttributeDefinition(
            name = "Greeting time-out",
            description = "How long to wait for the greeting, ISO-8601. Default: PT5M (RFC 5321).")
    String greetingTimeout() default "PT5M";

    @AttributeDefinition(
            name = "EHLO time-out",
            description = "How long to wait for the reply to EHLO, HELO or LHLO, ISO-8601. Default: PT5M.")
    String heloTimeout() default "PT5M";

    @AttributeDefinition(
            name = "TLS time-out",
            description = "How long a TLS handshake may take, ISO-8601. Default: PT1M.")
    String tlsTimeout() default "PT1M";

    @AttributeDefinition(
            name = "Memory of broken TLS",
            description =
                    "How long a next hop whose TLS handshake has failed is spoken to in plain text, where that is allowed,"
                            + " ISO-8601; PT0S: each connection tries again. Default: PT1H.")
    String brokenTlsTime() default "PT1H";

    @AttributeDefinition(
            name = "MAIL time-out",
            description = "How long to wait for the reply to MAIL or RSET, ISO-8601. Default: PT5M (RFC 5321).")
    String mailTimeout() default "PT5M";

    @AttributeDefinition(
            name = "RCPT time-out",
            description = "How long to wait for the reply to each RCPT, ISO-8601. Default: PT5M (RFC 5321).")
    String rcptTimeout() default "PT5M";

    @AttributeDefinition(
            name = "DATA time-out",
            description = "How long to wait for the reply to DATA, ISO-8601. Default: PT2M (RFC 5321).")
    String dataTimeout() default "PT2M";

    @AttributeDefinition(
            name = "Data block time-out",
            description =
                    "How long the peer may take to accept each 64 KiB of the message, ISO-8601. Default: PT3M (RFC 5321).")
    String blockTimeout() default "PT3M";

    @AttributeDefinition(
            name = "Final dot time-out",
            description =
                    "How long to wait for each reply to the final dot, ISO-8601. A shorter time makes duplicates: the peer may"
                            + " have the message already. Default: PT10M (RFC 5321).")
    String finalDotTimeout() default "PT10M";

    @AttributeDefinition(
            name = "Transaction time-out",
            description =
                    "How long one transaction may take from MAIL to the final dot in all, however often the peer moves on a"
                            + " little, ISO-8601. The wait behind the final dot is not part of it. Default: PT1H.")
    String transactionTimeout() default "PT1H";

    @AttributeDefinition(
            name = "Connections",
            description =
                    "How many connections may be open at once, idle ones included, 1 to 10000. Who needs one more waits for it as"
                            + " long as connecting may take. Default: 2000, as many as the scheduler makes attempts at once.")
    int maxConnections() default 2000;

    @AttributeDefinition(
            name = "Idle connections per route",
            description =
                    "How many connections to one next hop are kept for the next mail, 0 to 10000; 0 keeps none. Default: 20, as"
                            + " many as the scheduler has to one domain at once.")
    int maxIdlePerRoute() default 20;

    @AttributeDefinition(
            name = "Idle time",
            description = "How long a connection is kept without use, ISO-8601. Default: PT30S.")
    String idleTime() default "PT30S";

    @AttributeDefinition(
            name = "Messages per connection",
            description = "How many messages go over one connection before it is closed, at least 1. Default: 100.")
    int maxMessagesPerConnection() default 100;

    @AttributeDefinition(
            name = "Reply line length",
            description =
                    "The longest line of a reply that is read, in bytes, 512 to 65536. RFC 5321 says 512. Default: 4096.")
    int maxReplyLine() default 4096;

    @AttributeDefinition(name = "Reply lines", description = "The most lines of a reply, 10 to 100. Default: 100.")
    int maxReplyLines() default 100;

    @AttributeDefinition(
            name = "Reply size",
            description = "The largest reply, in bytes, 512 to 1048576. Default: 65536.")
    int maxReplyBytes() default 65536;

    @AttributeDefinition(
            name = "Login without TLS",
            description =
                    "Whether a login may send the secret itself (PLAIN, LOGIN) over a connection without TLS to another host, where"
                            + " others can read it. Default: false.")
    boolean authWithoutTls() default false;

    @AttributeDefinition(
            name = "Convert 8-bit content",
            description =
                    "Whether 8-bit content is made 7-bit for a peer without 8BITMIME, as quoted-printable or Base64. If"
                            + " not, or where that can't be, it is refused. Default: true.")
    boolean convertEightBit() default true;
}
