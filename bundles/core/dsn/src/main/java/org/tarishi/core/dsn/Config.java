package org.tarishi.core.dsn;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings as they stand in the file; {@link Settings} is their checked form. */
@ObjectClassDefinition(
        name = "Tarishi delivery status notifications",
        description =
                "What senders are told of mail that failed, takes long or was delivered. Changes hold for the next one.")
@interface Config {

    @AttributeDefinition(
            name = "Reporting host",
            description = "The domain that notifications come from, in Reporting-MTA, From and Message-ID."
                    + " Empty: this host's name. Default: empty.")
    String host() default "";

    @AttributeDefinition(
            name = "From",
            description = "Who notifications are from: the local part, at the reporting host, or a whole address."
                    + " The envelope's sender is empty all the same. Default: MAILER-DAEMON.")
    String from() default "MAILER-DAEMON";

    @AttributeDefinition(
            name = "Name in From",
            description = "The name beside the address in From, at most 100 characters. Default: Mail Delivery System.")
    String fromName() default "Mail Delivery System";

    @AttributeDefinition(
            name = "What comes back",
            description =
                    "What of a mail that failed is attached where its sender did not say (RET): its headers, or the"
                            + " full message. Default: headers.",
            options = {@Option(label = "headers", value = "headers"), @Option(label = "full message", value = "full")})
    String returnContent() default "headers";

    @AttributeDefinition(
            name = "Largest message that comes back",
            description =
                    "The largest mail that is attached whole, in bytes, 0 to 1073741824; of a larger one only the header is,"
                            + " whatever its sender wants. Default: 1048576.")
    int maxReturnedBytes() default 1_048_576;

    @AttributeDefinition(
            name = "Largest header that comes back",
            description =
                    "How much of a header is attached, in bytes, 1024 to 1048576; the fields beyond it are left out."
                            + " Default: 65536.")
    int maxReturnedHeaderBytes() default 65_536;

    @AttributeDefinition(
            name = "Longest reply",
            description =
                    "How much of a reply, and of any other text of a peer or client, is told, in characters, 100 to"
                            + " 10000. Default: 1000.")
    int maxReplyChars() default 1000;

    @AttributeDefinition(
            name = "Recipients in the text",
            description =
                    "How many recipients the part for people tells one by one, 1 to 10000; the part for programs has"
                            + " all. Default: 100.")
    int maxListedRecipients() default 100;

    @AttributeDefinition(
            name = "Templates",
            description = "The folder of the templates: below conf, or a whole path. What it has not is as shipped."
                    + " Default: dsn.")
    String templates() default "dsn";

    @AttributeDefinition(name = "HTML", description = "Whether there is an HTML part beside the text. Default: true.")
    boolean html() default true;

    @AttributeDefinition(
            name = "Image",
            description =
                    "The file in the templates' folder that goes into the HTML part as an image: a name that ends with"
                            + " .png, .gif, .jpg or .jpeg. Empty: none. Default: empty.")
    String image() default "";

    @AttributeDefinition(
            name = "Check every",
            description = "How often templates are looked at for a change, ISO-8601, PT0.1S to PT1H. Default: PT1S.")
    String checkEvery() default "PT1S";
}
