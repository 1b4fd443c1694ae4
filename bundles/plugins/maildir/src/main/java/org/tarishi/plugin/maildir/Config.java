package org.tarishi.plugin.maildir;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(name = "Plugin maildir", description = "Stores mail in Maildirs.")
@interface Config {

    @AttributeDefinition(
            name = "Root",
            description =
                    "The folder that all Maildirs lie below; one that is no whole path is below the instance's data folder."
                            + " Made when it is missing and the folder above it is there. Default: maildir")
    String root() default "maildir";

    @AttributeDefinition(
            name = "Path",
            description =
                    "Where below the root a mailbox lies: names with / between, {domain} and {user} standing for those of the"
                            + " address; {user} must be there. Default: {domain}/{user}")
    String path() default "{domain}/{user}";

    @AttributeDefinition(
            name = "Subaddress separator",
            description =
                    "The character that ends the user's name in a local part, such as + for ann+list@a.example; empty: none."
                            + " Default: empty")
    String subaddress() default "";

    @AttributeDefinition(
            name = "Letter case",
            description = "Whether Ann and ann are one mailbox (fold) or two (keep). Default: fold",
            options = {@Option(label = "one mailbox", value = "fold"), @Option(label = "two mailboxes", value = "keep")
            })
    String letterCase() default "fold";

    @AttributeDefinition(
            name = "Mode of files",
            description = "The permissions of message files: 0600, 0640 or 0660. Default: 0600",
            options = {
                @Option(label = "owner", value = "0600"),
                @Option(label = "group reads", value = "0640"),
                @Option(label = "group writes", value = "0660")
            })
    String modeFile() default "0600";

    @AttributeDefinition(
            name = "Mode of folders",
            description = "The permissions of folders: 0700, 0750 or 0770. Default: 0700",
            options = {
                @Option(label = "owner", value = "0700"),
                @Option(label = "group reads", value = "0750"),
                @Option(label = "group writes", value = "0770")
            })
    String modeFolder() default "0700";

    @AttributeDefinition(
            name = "Line ends",
            description =
                    "crlf: messages are stored as they came, byte for byte; lf: lines end as Unix programs expect. Default: crlf",
            options = {@Option(label = "as they came", value = "crlf"), @Option(label = "Unix", value = "lf")})
    String lineEnds() default "crlf";
}
