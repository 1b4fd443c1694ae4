package org.tarishi.api.hook;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Makes a component a plugin, or a part of one, and names it: in the chain's settings, in logs and metrics, in the console.
 *
 * <p>The hook and listener interfaces that the component implements directly are what it is asked.
 *
 * <pre>{@code
 * @SmtpPlugin("stamp")
 * @Component
 * public final class Stamp implements DataPostHook {
 *     @Override
 *     public HookResult onDataPost(Transaction tx, Message message) {
 *         message.headers().prepend("X-Tarishi-Connection", tx.connection().id());
 *         return HookResult.CONTINUE;
 *     }
 * }
 * }</pre>
 */
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface SmtpPlugin {

    /** The beginning of the service properties' names: {@code tarishi.smtp.plugin}, {@code tarishi.formerly}. */
    String PREFIX_ = "tarishi.";

    /** The id: lower-case letters, digits, hyphens; a second component of a plugin is {@code id/part}. */
    String value();

    /** The names that Haraka has for it, which the chain's settings take too. */
    String[] formerly() default {};
}
