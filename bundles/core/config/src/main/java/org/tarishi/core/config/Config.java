package org.tarishi.core.config;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Holds the settings of the configuration gate itself as an operator writes them. */
@ObjectClassDefinition(
        pid = Settings.PID,
        name = "Configuration",
        description = "How the settings files are watched, and how many changes are kept. Changes take effect at once.")
@interface Config {

    /** Says how many changes of each PID are kept. */
    @AttributeDefinition(
            name = "History",
            type = AttributeType.INTEGER,
            min = "1",
            max = "10000",
            description = "How many changes of each PID are kept and can be undone; 1 to 10000. Default: 100")
    int history() default 100;

    /** Says how often the folder is looked at. */
    @AttributeDefinition(
            name = "Poll",
            description =
                    "How often the settings folder is looked at, and how long a file must lie unchanged before it is"
                            + " read, ISO-8601, such as PT0.5S; from PT0.1S to PT1M. Default: PT0.5S")
    String poll() default "PT0.5S";
}
