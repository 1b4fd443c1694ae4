package org.tarishi.core.sasl;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(
        name = "SASL mechanisms",
        description = "How clients authenticate. Which mechanisms are offered is a setting of the SMTP server.")
@interface Config {

    @AttributeDefinition(
            name = "Iterations of SCRAM",
            type = AttributeType.INTEGER,
            min = "4096",
            max = "10000000",
            description =
                    "The iteration count that SCRAM tells of a user that is unknown, or has a plain password: the one"
                            + " that the store of users makes its verifiers with, so that users can't be told from nobody;"
                            + " 4096 to 10000000. Default: 15000, as of auth-flat-file")
    int scramIterations() default 15_000;

    @AttributeDefinition(
            name = "Users of certificates",
            description =
                    "Tables, such as file:certificates, that EXTERNAL finds the user of a client's certificate in;"
                            + " keys are its fingerprint (sha256: and 64 hex digits), its subject as RFC 2253 writes it,"
                            + " its e-mail addresses, its common name, in this order. Default: none, EXTERNAL is not"
                            + " offered")
    String[] externalUsers() default {};

    @AttributeDefinition(
            name = "OAuth scope",
            description =
                    "The scope that a client whose token is refused is told to ask for, where the store of tokens says"
                            + " none. Default: empty, none is told")
    String oauthScope() default "";

    @AttributeDefinition(
            name = "OpenID configuration",
            description = "The https URL of the OpenID discovery document that a client whose token is refused is told,"
                    + " where the store of tokens says none. Default: empty, none is told")
    String openidConfiguration() default "";
}
