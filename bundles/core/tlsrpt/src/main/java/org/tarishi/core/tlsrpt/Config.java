package org.tarishi.core.tlsrpt;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings as they stand in the file; {@link Settings} is their checked form. */
@ObjectClassDefinition(
        name = "Tarishi TLS reports",
        description = "Tells domains that ask for it by which TLS their mail was sent, once a day (RFC 8460).")
@interface Config {

    @AttributeDefinition(
            name = "Reports",
            description = "Whether results are collected and reported; it takes a contact too. Default: true.")
    boolean report() default true;

    @AttributeDefinition(
            name = "Contact",
            required = false,
            description =
                    "The address of who answers questions on the reports; it stands in each of them. Empty: nothing is"
                            + " collected or reported. Default: empty.")
    String contact() default "";

    @AttributeDefinition(
            name = "Organization",
            required = false,
            description = "Who reports, at most 100 characters. Empty: the domain of the contact. Default: empty.")
    String organization() default "";

    @AttributeDefinition(
            name = "From",
            required = false,
            description =
                    "The address that reports by mail are from; its domain should sign them by DKIM. Empty: the contact."
                            + " Default: empty.")
    String from() default "";

    @AttributeDefinition(
            name = "Trusted authorities",
            required = false,
            description =
                    "A PEM file of the authorities that vouch for web servers that take reports, in place of those that the"
                            + " JDK knows, a whole path or one below the folder of settings. Default: empty.")
    String trustedCa() default "";
}
