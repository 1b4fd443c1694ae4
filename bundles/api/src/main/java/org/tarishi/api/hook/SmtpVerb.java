package org.tarishi.api.hook;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/** Names the verb that a {@link VerbHandler} carries out, such as {@code XCLIENT}. A verb has one handler: the first in the chain. */
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface SmtpVerb {

    /** The beginning of the service property's name, {@code tarishi.smtp.verb}. */
    String PREFIX_ = "tarishi.";

    /** The verb. */
    String value();
}
