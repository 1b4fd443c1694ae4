package org.tarishi.core.message;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings of the message store. */
@ObjectClassDefinition(
        name = "Messages",
        description =
                "How messages are kept while they are received and worked on. Changes count for the next message.")
public @interface Config {

    @AttributeDefinition(
            name = "Memory for a message",
            description =
                    "Bytes of a message that are kept in memory; a larger one goes to a temporary file. 0: only to files. "
                            + "Default: 262144.")
    int bodyMemory() default 262_144;

    @AttributeDefinition(
            name = "Memory for all messages",
            description =
                    "Bytes of all messages in memory together. From three quarters of it on, messages go to files earlier; beyond "
                            + "it, mail is refused for now. 0: a quarter of the heap. Default: 0.")
    long totalMemory() default 0;

    @AttributeDefinition(
            name = "Folder for temporary files",
            description =
                    "An absolute path on a disk with room for the largest messages times the sessions. Empty: spool/tmp in the "
                            + "data folder. Default: empty.")
    String folder() default "";

    @AttributeDefinition(
            name = "Most MIME parts",
            description =
                    "Parts that a message may have to be looked into. A plugin that asks for parts of one with more gets an error. "
                            + "Default: 1000.")
    int maxParts() default 1000;

    @AttributeDefinition(
            name = "Deepest MIME part",
            description = "How deep parts may lie within parts, the message itself counted. Default: 50.")
    int maxDepth() default 50;

    @AttributeDefinition(
            name = "Most bytes in headers of parts",
            description = "Bytes of the headers of all parts of a message together. Default: 1048576.")
    int maxPartHeaderBytes() default 1_048_576;
}
