package org.tarishi.api.hook;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Promises that the hooks of a component only compute: no file, no lock that is held long, no network.
 *
 * <p>A chain of such hooks stays on the session's event loop and saves a hop of some microseconds. The promise is believed of plugins
 * that the operator trusts, by default those that come with the server; on others it does nothing.
 *
 * <p>Of a SASL mechanism and a store of credentials it promises so of what they are asked at each EHLO: {@code name}, {@code needs} and
 * {@code isOfferedTo}, and {@code kinds}. The rest is asked on a virtual thread, and may block.
 */
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface NonBlocking {

    /** The beginning of the service property's name, {@code tarishi.non.blocking}. */
    String PREFIX_ = "tarishi.";
}
