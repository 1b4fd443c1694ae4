package org.tarishi.core.hooks;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings of the chain, as they are written; {@link ChainSettings} is their checked form. */
@ObjectClassDefinition(
        name = "Plugin chain",
        description =
                "Which plugins are asked, in which order, how long they may take, and what stands in for one that fails.")
public @interface ChainConfig {

    /** The PID. */
    String PID = "org.tarishi.chain";

    @AttributeDefinition(
            name = "Plugins",
            required = false,
            description =
                    "The order, first to last: name (required: without it no mail is taken), name? (may be absent), name@moment (one hook alone, such as dns-list@connect). Plugins that are not listed run after these. Default: none listed.")
    String[] plugins() default {};

    @AttributeDefinition(
            name = "Strict",
            required = false,
            description = "Whether plugins that are not listed are left out. Default: false.")
    boolean strict() default false;

    @AttributeDefinition(
            name = "Trusted",
            required = false,
            description =
                    "Plugins whose promise to only compute is believed: they run on the session's event loop and can't be cut off there. Default: auth-flat-file, discard, in-host-list, lmtp, maildir, relay, sasl, smtp-forward, xclient.")
    String[] trusted() default {
        "auth-flat-file", "discard", "in-host-list", "lmtp", "maildir", "relay", "sasl", "smtp-forward", "xclient"
    };

    @AttributeDefinition(
            name = "Swap wait",
            required = false,
            description =
                    "How long mail waits for a plugin that is being replaced in place, counted from the end of its drain; a duration such as 15s or PT15S. Default: 15s.")
    String swapWait() default "15s";

    @AttributeDefinition(
            name = "Drain",
            required = false,
            description =
                    "How long a plugin that is being stopped may go on with calls and transactions that have begun; a duration. Default: 30s.")
    String drain() default "30s";

    @AttributeDefinition(
            name = "Limits",
            required = false,
            description =
                    "How long a call may take, each plugin=duration or plugin@moment=duration, such as virus-scan@data_post=2m. Default: 30s, queue and queue_outbound 11m, send_email none.")
    String[] limits() default {};

    @AttributeDefinition(
            name = "On fault",
            required = false,
            description =
                    "What a call that throws, answers nothing or takes too long counts as, each plugin=DENYSOFT or plugin=CONTINUE. Default: DENYSOFT, a refusal for now.")
    String[] onFault() default {};

    @AttributeDefinition(
            name = "Breaker faults",
            required = false,
            min = "1",
            max = "1000",
            description =
                    "After how many faults within the breaker's window a plugin is no longer called for a while; 1 to 1000. Default: 5.")
    int breakerFaults() default 5;

    @AttributeDefinition(
            name = "Breaker window",
            required = false,
            description = "The time within which faults are counted; a duration. Default: 1m.")
    String breakerWindow() default "1m";

    @AttributeDefinition(
            name = "Breaker pause",
            required = false,
            description =
                    "After how long a plugin with an open breaker is tried with one call; a duration. Default: 30s.")
    String breakerPause() default "30s";

    @AttributeDefinition(
            name = "Stuck after",
            required = false,
            description =
                    "How long after its interruption a call that does not end counts as stuck, which takes the plugin out of the chain until it is replaced; a duration. Default: 5s.")
    String stuckAfter() default "5s";

    @AttributeDefinition(
            name = "Most carriers",
            required = false,
            min = "1",
            max = "1024",
            description =
                    "Up to how many threads the virtual threads may have when stuck calls hold those that there are; 1 to 1024. Default: 64.")
    int mostCarriers() default 64;

    @AttributeDefinition(
            name = "Listener queue",
            required = false,
            min = "1",
            max = "1000000",
            description =
                    "How many events wait for one listener before further ones are dropped and counted; 1 to 1000000. Default: 1024.")
    int listenerQueue() default 1024;
}
