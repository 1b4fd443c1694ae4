package org.tarishi.core.queue;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings of the queue's store as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(
        name = "Queue store",
        description = "How queued mail is kept on disk. When and how it is sent is a matter of the scheduler.")
public @interface Config {

    @AttributeDefinition(
            name = "Folder",
            description =
                    "Where queued mail lies: a whole path, or a folder below the instance's data folder, on a local"
                            + " disk. Best on the file system of the temporary files, so that large messages need not be"
                            + " copied. Changes count from the next start, and mail is not moved. Default: queue")
    String folder() default "queue";

    @AttributeDefinition(
            name = "Bytes of a segment",
            description =
                    "When a segment of the journal has so many bytes, the next begins. 1048576 to 1073741824. Default:"
                            + " 67108864")
    int segmentBytes() default 64 << 20;

    @AttributeDefinition(
            name = "Bytes of a body in the journal",
            description = "A body with more bytes goes to a file of its own. 0 to 1048576. Default: 65536")
    int bodyBytes() default 64 << 10;

    @AttributeDefinition(
            name = "Forcing to disk",
            description =
                    "durable: what is acknowledged survives a power cut. none: only the end of this process, not of"
                            + " the system; for tests. Changes count from the next start. Default: durable",
            options = {
                @Option(label = "survives a power cut", value = "durable"),
                @Option(label = "does not", value = "none")
            })
    String sync() default "durable";

    @AttributeDefinition(
            name = "Free bytes",
            description = "While less is free on the disk, new mail is refused for now, so that outcomes can still be"
                    + " written. Default: 33554432")
    long freeBytes() default 32 << 20;

    @AttributeDefinition(
            name = "Most mails",
            description =
                    "While so many mails are queued, new mail is refused for now. Each takes some 150 bytes of the"
                            + " heap. Default: 2000000")
    int maxMails() default 2_000_000;

    @AttributeDefinition(
            name = "Most bytes",
            description = "While the queued messages have so many bytes, new mail is refused for now; 0 for as many as"
                    + " the disk has room for. Default: 0")
    long maxBytes() default 0;

    @AttributeDefinition(
            name = "Cleaning",
            description = "Bytes a second that are read and written to gather what is left of old segments. 65536 to"
                    + " 1073741824. Default: 8388608")
    int cleanBytesPerSecond() default 8 << 20;
}
