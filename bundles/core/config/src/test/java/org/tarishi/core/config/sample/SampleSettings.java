package org.tarishi.core.config.sample;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.core.spi.Obtainable;

/** The checked form of {@link SampleConfig}. */
record SampleSettings(int port, List<String> hosts, Duration delay, long queue) implements Obtainable<SampleSettings> {

    /** What the machine does not give while this system property says so. */
    private static final String TAKEN = "sample.taken";

    /** Counts how many are made while it is there. */
    private static final String MADE = "sample.made";

    SampleSettings(SampleConfig config) {
        this(config.port(), List.of(config.hosts()), duration(config.delay()), config.queue_max$_$size());
    }

    SampleSettings {
        if (System.getProperties().get(MADE) instanceof AtomicInteger made) {
            made.incrementAndGet();
        }
        if (!delay.isPositive()) {
            throw new InvalidSettingException("delay", "must be positive, such as PT5M: " + delay);
        }
        if (hosts.contains("nowhere")) {
            throw new IllegalArgumentException("hosts: nowhere is no host");
        }
        if (queue == 666) {
            throw new IllegalStateException("a check with a fault");
        }
    }

    @Override
    public void checkInPlaceOf(SampleSettings inForce) {
        if (port != inForce.port && Integer.getInteger(TAKEN, 0) == port) {
            throw new InvalidSettingException("port", port + " is taken; " + inForce.port + " is in force");
        }
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new InvalidSettingException("delay", "want ISO-8601, such as PT5M: " + text);
        }
    }
}
