package org.tarishi.plugin.outboundwebhook;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings as they stand in the file; {@link Settings} is their checked form. */
@ObjectClassDefinition(
        name = "Tarishi plugin outbound-webhook",
        description = "Posts what becomes of outbound mail to a web server, as JSON.")
@interface Config {

    @AttributeDefinition(
            name = "URL",
            required = false,
            description =
                    "Where events are posted to: an https URL, or an http one of this machine. Empty: nothing is kept or posted."
                            + " Default: empty.")
    String url() default "";

    @AttributeDefinition(
            name = "Plain HTTP",
            description = "Whether an http URL may name another machine: who listens on the way reads addresses."
                    + " Default: false.")
    boolean allowHttp() default false;

    @AttributeDefinition(
            name = "Events",
            required = false,
            description =
                    "Which events are posted: queued, delivered, deferred, bounced. Default: delivered, deferred, bounced.")
    String[] events() default {"delivered", "deferred", "bounced"};

    @AttributeDefinition(
            name = "Domains",
            required = false,
            description =
                    "Tables of domains of recipients; events of others are not posted: inline:a.example,.b.example or"
                            + " file:webhook_domains. Default: none, and all are posted.")
    String[] domains() default {};

    @AttributeDefinition(
            name = "Secret file",
            required = false,
            description =
                    "The file whose first line is the key that posts are signed with, a whole path or one below the folder of the"
                            + " configuration. Empty: they are not signed. Default: empty.")
    String secretFile() default "";

    @AttributeDefinition(
            name = "Authorization file",
            required = false,
            description =
                    "The file whose first line is the value of the Authorization field, such as Bearer and a token. Empty: there is"
                            + " none. Default: empty.")
    String authorizationFile() default "";

    @AttributeDefinition(
            name = "Trusted authorities",
            required = false,
            description =
                    "A PEM file of the authorities that the web server's certificate is trusted by, in place of the well-known ones."
                            + " Default: empty.")
    String trustedCa() default "";

    @AttributeDefinition(name = "Events a post", description = "Most events of one post, 1 to 1000. Default: 100.")
    int batchSize() default 100;

    @AttributeDefinition(
            name = "Wait for more",
            description =
                    "How long a post that is not full waits for more events, ISO-8601, PT0S to PT1M. Default: PT1S.")
    String batchWait() default "PT1S";

    @AttributeDefinition(
            name = "Time-out",
            description = "How long a post may take in all, ISO-8601, PT1S to PT5M. Default: PT30S.")
    String timeout() default "PT30S";

    @AttributeDefinition(
            name = "First wait",
            description =
                    "How long to wait after a post that failed; twice as long each time, ISO-8601, PT1S to PT1H. Default: PT2S.")
    String retry() default "PT2S";

    @AttributeDefinition(
            name = "Longest wait",
            description = "The longest of these waits, ISO-8601, PT1S to P1D. Default: PT5M.")
    String longestRetry() default "PT5M";

    @AttributeDefinition(
            name = "Room on the disk",
            description = "Most bytes of events that wait to be posted, 1048576 to 10737418240. Default: 67108864.")
    long spoolBytes() default 67_108_864;

    @AttributeDefinition(
            name = "When that is full",
            description =
                    "What is lost when there is no room: oldest (events that have waited longest) or newest. Default: oldest.",
            options = {
                @Option(label = "The oldest events", value = "oldest"),
                @Option(label = "New events", value = "newest")
            })
    String whenFull() default "oldest";
}
