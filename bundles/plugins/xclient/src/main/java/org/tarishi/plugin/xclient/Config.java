package org.tarishi.plugin.xclient;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(name = "Plugin xclient", description = "Lets trusted front-ends say who the client is.")
@interface Config {

    @AttributeDefinition(
            name = "XCLIENT from",
            required = false,
            description =
                    "The front-ends whose word on who the client is counts for everything, as addresses and networks such as"
                            + " 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32. Default: none")
    String[] xclient() default {};

    @AttributeDefinition(
            name = "XFORWARD from",
            required = false,
            description = "The servers whose word on who the client was is kept for the log, as addresses and networks."
                    + " Default: none")
    String[] xforward() default {};
}
