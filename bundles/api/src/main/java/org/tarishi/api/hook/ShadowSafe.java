package org.tarishi.api.hook;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Promises that the hooks of a component have no effect but by what they are handed and what they answer: they write no table and no
 * shared state, send no mail, tell no other host anything that it would remember.
 *
 * <p>A new version of a plugin all of whose components promise that can be tried as a shadow: asked about every session, beside the version
 * in force, with copies of what that one is handed, and without a say. A plugin with a {@link QueueHook} or {@link QueueOutboundHook}
 * can't: whoever takes a message has an effect.
 */
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface ShadowSafe {

    /** The beginning of the service property's name, {@code tarishi.shadow.safe}. */
    String PREFIX_ = "tarishi.";
}
