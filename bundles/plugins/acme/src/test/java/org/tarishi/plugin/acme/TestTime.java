package org.tarishi.plugin.acme;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that only moves when somebody sleeps by it, or a test says so. */
final class TestTime extends Clock {

    static final Instant START = Instant.parse("2026-12-01T00:00:00Z");

    private volatile Instant now = START;

    Waits waits() {
        return new Waits(this, this::pass);
    }

    synchronized void pass(Duration time) {
        now = now.plus(time);
    }

    synchronized void set(Instant instant) {
        now = instant;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
