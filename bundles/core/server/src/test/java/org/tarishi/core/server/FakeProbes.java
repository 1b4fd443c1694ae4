package org.tarishi.core.server;

import java.time.Duration;
import java.util.OptionalLong;

/** As much of everything as a test says. */
final class FakeProbes implements Probes {

    volatile long heap = 90;
    volatile long disk = 1L << 40;
    volatile long descriptors = 10_000;
    volatile Duration lag = Duration.ZERO;
    volatile boolean broken;

    @Override
    public OptionalLong freeHeap() {
        if (broken) {
            throw new IllegalStateException("no bean");
        }
        return OptionalLong.of(heap);
    }

    @Override
    public OptionalLong freeDisk() {
        return OptionalLong.of(disk);
    }

    @Override
    public OptionalLong freeDescriptors() {
        return OptionalLong.of(descriptors);
    }

    @Override
    public Duration lag() {
        return lag;
    }
}
