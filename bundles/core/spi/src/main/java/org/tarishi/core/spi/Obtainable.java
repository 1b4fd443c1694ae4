package org.tarishi.core.spi;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Checked settings that name something the machine must have to give, such as a port.
 *
 * <p>A class marked {@code SettingsFor} implements it. Before a change is stored, {@code core/config} makes the settings in force and
 * the proposed ones and asks the proposed; whether or not the component is running, and at a start too, where a file has changed
 * since it was good. Settings that replace none are not asked: they cost nobody a service that is there.
 *
 * @param <S> the implementing class itself
 */
@ConsumerType
public interface Obtainable<S extends Obtainable<S>> {

    /**
     * Checks that what these settings name, and those in force do not, can be had now. It may try, and gives back at once what it got.
     * Ends within seconds. Any thread.
     *
     * @param inForce the settings in force, which may be at work, or at a start may not be yet
     * @throws IllegalArgumentException if it can't be had; the message begins with the key to change and a colon, as of an
     *     {@code InvalidSettingException}
     */
    void checkInPlaceOf(S inForce);
}
