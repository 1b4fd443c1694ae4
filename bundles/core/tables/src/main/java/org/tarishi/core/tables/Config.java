package org.tarishi.core.tables;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(name = "Tables", description = "Look-ups in lists: inline, files, patterns.")
@interface Config {

    @AttributeDefinition(
            name = "Check every",
            description = "How often files are looked at for a change, ISO-8601, from PT0.1S to PT1H. Default: PT1S")
    String checkEvery() default "PT1S";

    @AttributeDefinition(
            name = "Largest file",
            description = "The most bytes of a file, 1 to 1073741824; a larger one is not read. Default: 16777216")
    int maxFileBytes() default 16_777_216;

    @AttributeDefinition(
            name = "Most patterns",
            description = "The most patterns of a regex table, 1 to 100000. Default: 1000")
    int maxPatterns() default 1000;

    @AttributeDefinition(
            name = "Steps of a look-up in patterns",
            description =
                    "How many characters the patterns of a table may look at for one key, 1000 to 100000000, before the look-up"
                            + " fails for now. A million take some milliseconds. Default: 1000000")
    int regexSteps() default 1_000_000;
}
