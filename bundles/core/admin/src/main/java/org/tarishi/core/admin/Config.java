package org.tarishi.core.admin;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Holds the settings of the console's access as an operator writes them. */
@ObjectClassDefinition(
        name = "Console access",
        description = "Who may reach the console, and for how long. Changes take effect at once; sessions live on.")
public @interface Config {
    /**
     * Names the hosts that a browser may call the console by.
     *
     * @return host names or addresses, without a port
     */
    @AttributeDefinition(
            name = "Hosts",
            description =
                    "Host names, without a port, under which the console may be called beside the loopback names, the"
                            + " address that a request came in at and the host it is bound to, such as console.example.com."
                            + " Any other name is refused with 421. Default: none")
    String[] hosts() default {};

    /**
     * Says how long a session may lie unused.
     *
     * @return an ISO-8601 duration
     */
    @AttributeDefinition(
            name = "Session idle",
            description =
                    "How long a session may lie unused before it ends, ISO-8601, such as PT30M; from PT1M to PT24H."
                            + " Default: PT30M")
    String session_idle() default "PT30M";

    /**
     * Says how long a session may live, used or not.
     *
     * @return an ISO-8601 duration
     */
    @AttributeDefinition(
            name = "Session life",
            description = "How long a session may live, used or not, ISO-8601; from PT1M to P7D. Default: PT12H")
    String session_life() default "PT12H";

    /**
     * Says how many sessions may be open.
     *
     * @return a count
     */
    @AttributeDefinition(
            name = "Sessions",
            type = AttributeType.INTEGER,
            min = "1",
            max = "10000",
            description = "How many sessions may be open; one more ends the one that lay unused longest; 1 to 10000."
                    + " Default: 100")
    int sessions() default 100;

    /**
     * Says how many wrong passwords are free.
     *
     * @return a count
     */
    @AttributeDefinition(
            name = "Login failures",
            type = AttributeType.INTEGER,
            min = "1",
            max = "100",
            description = "How many wrong passwords one address may send before it has to wait (1 s, then twice as long"
                    + " each time); all addresses together have twenty times as many; 1 to 100. Default: 5")
    int login_failures() default 5;

    /**
     * Says how long an address may have to wait.
     *
     * @return an ISO-8601 duration
     */
    @AttributeDefinition(
            name = "Login delay",
            description = "The longest wait after wrong passwords, ISO-8601; from PT1S to PT24H. Failures are forgotten"
                    + " after twice as long. Default: PT15M")
    String login_delay() default "PT15M";
}
