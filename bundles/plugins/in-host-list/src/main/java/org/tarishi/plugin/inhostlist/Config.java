package org.tarishi.plugin.inhostlist;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(name = "Plugin in-host-list", description = "Takes mail for the domains of this server.")
@interface Config {

    @AttributeDefinition(
            name = "Domains",
            description = "The tables whose keys are the domains that mail is taken for, such as file:host_list,"
                    + " regex:host_list_regex or inline:a.example,.b.example (a dot in front: everything below)."
                    + " Default: [ \"inline:localhost,example.com\" ]")
    String[] domains() default {"inline:localhost,example.com"};

    @AttributeDefinition(
            name = "This host's name",
            description =
                    "Whether mail is taken for this machine's name, and for the name that the server greets with, too;"
                            + " true or false. Default: true")
    boolean hostname() default true;

    @AttributeDefinition(
            name = "Refuse forged local senders",
            description =
                    "Whether a client that may not relay is refused when its sender's domain is one of ours, true or false."
                            + " Default: false")
    boolean antiSpoof() default false;

    @AttributeDefinition(
            name = "Tables are in memory",
            description =
                    "Whether look-ups never wait, so that the session need not change threads for them, true or false; refused"
                            + " when true and a table is not inline:, file: or regex:. Default: true")
    boolean tarishi_non_blocking() default true;
}
