package org.tarishi.core.dns;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(name = "DNS", description = "Which name servers are asked, for how long, and what is believed.")
@interface Config {

    @AttributeDefinition(
            name = "Servers",
            description =
                    "The resolvers to ask, by address, with :PORT where it is not 53 (IPv6 then in brackets); at most 8. Default:"
                            + " none, those of /etc/resolv.conf, which is read again when it changes")
    String[] servers() default {};

    @AttributeDefinition(
            name = "DNSSEC",
            description = "Which answers count as secure. Default: trust-local",
            options = {
                @Option(label = "none", value = "off"),
                @Option(label = "those that a resolver on this machine says it has validated", value = "trust-local"),
                @Option(label = "those that are validated here, and false ones are refused", value = "validate")
            })
    String dnssec() default "trust-local";

    @AttributeDefinition(
            name = "Time for a look-up",
            description = "How long a look-up may take as a whole, ISO-8601, PT0.1S to PT1M. Default: PT8S")
    String timeout() default "PT8S";

    @AttributeDefinition(
            name = "Time for a server",
            description =
                    "How long a server may take to answer before the next is asked, ISO-8601, PT0.05S to PT30S. Default: PT2S")
    String tryTimeout() default "PT2S";

    @AttributeDefinition(
            name = "Tries",
            description = "How often all servers are asked when none answers, 1 to 10. Default: 2")
    int tries() default 2;

    @AttributeDefinition(
            name = "Most queries",
            description = "The most queries that are under way at once, 1 to 10000; others wait. Default: 256")
    int maxQueries() default 256;

    @AttributeDefinition(
            name = "Cache",
            description = "The most bytes of answers that are kept, 0 to 1073741824; 0: none. Default: 16777216")
    int cacheBytes() default 16_777_216;

    @AttributeDefinition(
            name = "Longest life",
            description = "How long an answer is kept at most, ISO-8601, PT0S to P7D. Default: P1D")
    String maxTtl() default "P1D";

    @AttributeDefinition(
            name = "Longest life of nothing",
            description = "How long it is kept that there is nothing, at most, ISO-8601, PT0S to P1D. Default: PT1H")
    String maxNegativeTtl() default "PT1H";

    @AttributeDefinition(
            name = "Most aliases",
            description = "How many aliases (CNAME) of a name are followed, 0 to 32. Default: 8")
    int maxAliases() default 8;
}
