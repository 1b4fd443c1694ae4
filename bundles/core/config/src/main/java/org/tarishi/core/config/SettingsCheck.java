package org.tarishi.core.config;

import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.Obtainable;

/**
 * Asks the checked form of a configuration, a class of the bundle that declares it, what it thinks of proposed values.
 *
 * <p>The code asked is a plugin's: it runs on a thread of its own and has a limit of time. Nothing of it (class, exception) is kept.
 */
final class SettingsCheck {

    private static final Logger log = LoggerFactory.getLogger(SettingsCheck.class);

    private static final Pattern KEYED = Pattern.compile("([A-Za-z0-9_.$-]+): (.*)", Pattern.DOTALL);

    private final Duration limit;

    /** Makes one whose checks may take so long. */
    SettingsCheck(Duration limit) {
        this.limit = limit;
    }

    /** Returns the keys that the component can't do without: those whose element has no default. */
    Set<String> required(Bundle bundle, String settings) {
        var required = new HashSet<String>();
        var constructor = constructor(bundle, settings);
        if (constructor != null) {
            for (var element : ComponentProperties.elements(constructor.getParameterTypes()[0])) {
                if (element.getDefaultValue() == null) {
                    required.add(ComponentProperties.key(element));
                }
            }
        }
        return required;
    }

    /**
     * Returns what is wrong with the values, without a line; empty when they are good or there is nobody to ask.
     *
     * @param inForce the values that they would replace; null when there are none
     */
    Optional<Problem> objection(
            Bundle bundle, String settings, Map<String, Object> values, @Nullable Map<String, Object> inForce) {
        var constructor = constructor(bundle, settings);
        if (constructor == null) {
            return Optional.empty();
        }
        var answer = new ArrayBlockingQueue<Optional<Problem>>(1);
        var asking = Thread.ofVirtual()
                .name("settings check " + settings)
                .start(() -> answer.add(ask(constructor, settings, values, inForce)));
        try {
            var said = answer.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (said != null) {
                return said;
            }
            asking.interrupt();
            return Optional.of(
                    new Problem(0, "", settings + " did not say within " + limit + " whether the settings are good"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(new Problem(0, "", "interrupted while the settings were checked"));
        }
    }

    // Whatever a plugin's code throws, errors included, refuses its settings and stops here.
    private static Optional<Problem> ask(
            Constructor<?> constructor,
            String settings,
            Map<String, Object> values,
            @Nullable Map<String, Object> inForce) {
        try {
            if (make(constructor, values) instanceof Obtainable<?> proposed && inForce != null) {
                checkInPlaceOf(proposed, constructor, inForce);
            }
            return Optional.empty();
        } catch (InvocationTargetException e) {
            return Optional.of(problem(settings, e.getCause() == null ? e : e.getCause()));
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            return Optional.of(problem(settings, e));
        }
    }

    private static Object make(Constructor<?> constructor, Map<String, Object> values)
            throws ReflectiveOperationException {
        return constructor.newInstance(
                ComponentProperties.annotation(constructor.getParameterTypes()[0], values));
    }

    // Both are made by one constructor, so they are of one class.
    @SuppressWarnings("unchecked")
    private static <S extends Obtainable<S>> void checkInPlaceOf(
            Obtainable<?> proposed, Constructor<?> constructor, Map<String, Object> values)
            throws ReflectiveOperationException {
        S inForce;
        try {
            inForce = (S) make(constructor, values);
        } catch (InvocationTargetException e) {
            // What another version found good, this one never served with: there is nothing to lose.
            log.debug("{} finds the settings in force bad", constructor.getDeclaringClass(), e);
            return;
        }
        ((Obtainable<S>) proposed).checkInPlaceOf(inForce);
    }

    static Problem problem(String settings, Throwable thrown) {
        var message = String.valueOf(thrown.getMessage());
        if (thrown instanceof IllegalArgumentException) {
            var keyed = KEYED.matcher(message);
            return keyed.matches() ? new Problem(0, keyed.group(1), keyed.group(2)) : new Problem(0, "", message);
        }
        log.debug("{} failed", settings, thrown);
        return new Problem(0, "", settings + " failed over these settings: " + thrown);
    }

    private static @Nullable Constructor<?> constructor(Bundle bundle, String settings) {
        try {
            for (var constructor : bundle.loadClass(settings).getDeclaredConstructors()) {
                var parameters = constructor.getParameterTypes();
                if (parameters.length == 1 && Annotation.class.isAssignableFrom(parameters[0])) {
                    constructor.setAccessible(true);
                    return constructor;
                }
            }
            log.warn(
                    "{}: {} has no constructor that takes a configuration; its meaning goes unchecked",
                    bundle,
                    settings);
        } catch (ClassNotFoundException | LinkageError e) {
            log.warn("{}: {} can't be loaded, so its meaning goes unchecked: {}", bundle, settings, e.toString());
        }
        return null;
    }

    /** Returns the problem with the line of its key. */
    static Problem at(Problem problem, CfgFile file) {
        return new Problem(file.line(problem.key()), problem.key(), problem.reason());
    }
}
