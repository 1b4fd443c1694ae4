package org.tarishi.core.services;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(name = "Services", description = "How long services wait for what stands behind them.")
@interface Config {

    @AttributeDefinition(
            name = "Wait for a backend",
            description =
                    "How long a call waits for a backend that is not there, because it is being replaced, before it fails for"
                            + " now; ISO-8601, from PT0S to PT1M. Default: PT5S")
    String backendWait() default "PT5S";

    @AttributeDefinition(
            name = "Wait for calls",
            description =
                    "How long a backend that leaves is kept for the calls it is still answering; ISO-8601, from PT0S to PT11M."
                            + " Default: PT30S")
    String drainWait() default "PT30S";
}
