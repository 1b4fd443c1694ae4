package org.tarishi.core.delivery;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(name = "Delivery", description = "Where queued mail goes.")
@interface Config {

    @AttributeDefinition(
            name = "Smart host",
            description =
                    "The next hop of all mail that no plugin and no route has another for: smtp://host:port, lmtp://host:port,"
                            + " or the path of a Unix domain socket behind either. Empty for none: such mail waits. Default:"
                            + " empty")
    String smartHost() default "";

    @AttributeDefinition(
            name = "Routes",
            description =
                    "Next hops by domain, one a line: example.com, *.example.com (all below it) or *, an equals sign, and one or"
                            + " more next hops as above, tried in this order. The closest line holds. Default: none")
    String[] routes() default {};

    @AttributeDefinition(
            name = "Time to connect",
            description = "How long connecting to a next hop may take, ISO-8601, PT1S to PT10M. Default: PT30S")
    String connectTimeout() default "PT30S";
}
