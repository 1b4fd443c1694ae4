package org.tarishi.core.scheduler;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(name = "Scheduler", description = "When queued mail is tried, how often, and how much at once.")
@interface Config {

    @AttributeDefinition(
            name = "Deliver",
            description =
                    "Whether mail is tried at all; false stops all delivery, while mail is still taken. Default: true")
    boolean deliver() default true;

    @AttributeDefinition(
            name = "Attempts at once",
            description = "The most attempts under way at once, of the whole server; 1 to 100000. Default: 2000")
    int maxAttempts() default 2000;

    @AttributeDefinition(
            name = "Reserve",
            description =
                    "Which part of all attempts only destinations get that have none under way, in percent, 0 to 90: so slow"
                            + " destinations don't keep others waiting. Default: 25")
    int reserve() default 25;

    @AttributeDefinition(
            name = "Retry schedule",
            description =
                    "How long a mail waits after each attempt that failed for now, such as 1m, 5m*2, 1h*3, in s, m, h or d, each"
                            + " 5s to 30d; when it ends, the mail is given up. none gives up at once. Default: 64s, and twice as"
                            + " long each time, 12 times")
    String retrySchedule() default "64s, 128s, 256s, 512s, 1024s, 2048s, 4096s, 8192s, 16384s, 32768s, 65536s, 131072s";

    @AttributeDefinition(
            name = "Jitter",
            description = "How much longer or shorter a wait of the schedule may be, in percent, 0 to 50. Default: 10")
    int jitter() default 10;

    @AttributeDefinition(
            name = "Expiry",
            description =
                    "How old a mail becomes before it is given up, ISO-8601, PT1M to P365D; it must also have been tried as often"
                            + " as the schedule has it in half of that time. Default: P5D")
    String expiry() default "P5D";

    @AttributeDefinition(
            name = "Delay notice",
            description =
                    "After which time a sender is told that a mail is delayed, ISO-8601, PT1M to P30D; PT0S for never. Default:"
                            + " PT4H")
    String delayNotice() default "PT4H";

    @AttributeDefinition(
            name = "Double bounces",
            description =
                    "How long a mail without a sender that can't be delivered is kept where an operator can see it, ISO-8601, at"
                            + " most P90D; PT0S for not at all. Default: P7D")
    String keepDoubleBounces() default "P7D";

    @AttributeDefinition(
            name = "Always split",
            description =
                    "Whether each recipient gets a mail of its own; else those of one domain share one. Default: false")
    boolean alwaysSplit() default false;

    @AttributeDefinition(
            name = "Received",
            description =
                    "The text of the Received field that is put on top, ASCII without parentheses, at most 100; disabled for"
                            + " none. Default: Tarishi outbound")
    String received() default "Tarishi outbound";

    @AttributeDefinition(
            name = "Host name",
            description =
                    "The domain of Message-IDs that are made here; empty for what the system calls this host. Default: empty")
    String hostname() default "";

    @AttributeDefinition(
            name = "Most hops",
            description =
                    "How many Received fields a message may have before it counts as going in circles; 10 to 1000."
                            + " Default: 100")
    int maxHops() default 100;

    @AttributeDefinition(
            name = "Limits",
            description =
                    "The table of limits, one a line: total, domain, host, address, source, pool, sender or user; whom it is about,"
                            + " with at most one *; and concurrency=NUMBER, rate=NUMBER/TIME, shared. The closest line holds. Default:"
                            + " domain * concurrency=20")
    String[] limits() default {"domain * concurrency=20"};

    @AttributeDefinition(
            name = "Slow start",
            description = "With how many attempts at once a destination begins; 1 to 1000. Default: 2")
    int slowStart() default 2;

    @AttributeDefinition(
            name = "Rest after",
            description =
                    "After how many attempts in a row that came to nothing a destination is left at rest; 1 to 1000. Default: 5")
    int restAfter() default 5;

    @AttributeDefinition(
            name = "Rest",
            description =
                    "How long a destination is left at rest before one mail is tried as a probe, ISO-8601, PT1S to P1D; twice as"
                            + " long each time the probe fails. Default: PT1M")
    String rest() default "PT1M";

    @AttributeDefinition(
            name = "Longest rest",
            description = "How long a rest becomes at most, ISO-8601, PT1S to P1D. Default: PT30M")
    String longestRest() default "PT30M";

    @AttributeDefinition(
            name = "Longest hold",
            description =
                    "How long senders may have mail held (HOLDFOR, HOLDUNTIL), ISO-8601, at most P365D; PT0S for not at all."
                            + " Default: P7D")
    String longestHold() default "P7D";

    @AttributeDefinition(
            name = "Priorities",
            description = "Whether senders may give mail a priority (MT-PRIORITY). Default: true")
    boolean priorities() default true;

    @AttributeDefinition(
            name = "Drain",
            description =
                    "How long attempts under way may go on when the server stops, ISO-8601, at most PT10M. Default: PT30S")
    String drain() default "PT30S";

    @AttributeDefinition(
            name = "Events",
            description =
                    "The file that events are written to, a JSON object a line, below the folder of logs; empty for none."
                            + " Default: delivery.jsonl")
    String events() default "delivery.jsonl";

    @AttributeDefinition(
            name = "Bytes of events",
            description = "How large the file of events becomes before another is begun; 65536 to 10737418240. Default:"
                    + " 104857600")
    long eventBytes() default 104_857_600;

    @AttributeDefinition(
            name = "Files of events",
            description = "How many files of events are kept beside the one that is written; 1 to 1000. Default: 10")
    int eventFiles() default 10;
}
