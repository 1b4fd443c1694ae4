package org.tarishi.api.hook;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Says that two versions of the plugin can't be there at once, because it holds a lock, a port or a daily timer.
 *
 * <p>Such a plugin is updated in place: moments that miss it wait a while.
 */
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface SwapInPlace {

    /** The beginning of the service property's name, {@code tarishi.swap.in.place}. */
    String PREFIX_ = "tarishi.";
}
