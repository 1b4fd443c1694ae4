package org.tarishi.plugin.discard;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(name = "Plugin discard", description = "Says yes to messages and forgets them.")
@interface Config {

    @AttributeDefinition(
            name = "Everything",
            description =
                    "Whether every message that no other queue plugin is wanted for is lost, true or false; for tests and"
                            + " measurements. Default: false")
    boolean all() default false;
}
