package org.tarishi.api.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Capability;

/**
 * Marks the checked form of a configuration, a record with a constructor that takes the configuration's annotation.
 *
 * <p>Before a configuration is stored, the core makes the annotation from the proposed values and calls that constructor, whether
 * or not the component is running. What it throws refuses the configuration: an {@link InvalidSettingException}, or an
 * {@link IllegalArgumentException} whose message begins with the key and a colon. The constructor only looks: it opens nothing,
 * and asks no service. The component uses the same constructor, so that what was accepted can't fail there.
 *
 * <pre>{@code
 * @SettingsFor("org.tarishi.plugin.greylist")
 * record Settings(Duration delay) {
 *     Settings(Config config) {
 *         this(Duration.parse(config.delay()));
 *     }
 *
 *     Settings {
 *         if (!delay.isPositive()) {
 *             throw new InvalidSettingException("delay", "must be positive, such as PT5M: " + delay);
 *         }
 *     }
 * }
 * }</pre>
 */
@Capability(
        namespace = SettingsFor.NAMESPACE,
        attribute = {"pid=${#value}", "settings=${@class}"})
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface SettingsFor {

    /** The capability namespace that the mark becomes in the bundle's manifest, attributes {@code pid} and {@code settings}. */
    String NAMESPACE = "tarishi.settings";

    /** The PID, or factory PID, of the configuration. */
    String value();
}
