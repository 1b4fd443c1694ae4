package org.tarishi.core.dsn;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as they stand in the file; {@link ClassesSettings} is their checked form. */
@ObjectClassDefinition(name = "Tarishi classes of failures", description = "How failures of delivery are told apart.")
@interface ClassesConfig {

    @AttributeDefinition(
            name = "Rules",
            description =
                    "The file of the rules: below conf, or a whole path. Where it is not there, the shipped rules are in"
                            + " force. Default: dsn/failure-classes.")
    String rules() default "dsn/failure-classes";

    @AttributeDefinition(
            name = "Check every",
            description = "How often the file is looked at for a change, ISO-8601, PT0.1S to PT1H. Default: PT1S.")
    String checkEvery() default "PT1S";
}
