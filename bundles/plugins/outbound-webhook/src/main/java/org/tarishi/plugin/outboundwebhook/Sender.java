package org.tarishi.plugin.outboundwebhook;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;

/** Takes events from the spool and posts them, in order, until each is taken or can't be. One thread. */
final class Sender {

    private static final Logger LOG = LoggerFactory.getLogger(Sender.class);

    /** How long to wait when there is nothing to do; a new event ends the wait. */
    static final Duration IDLE = Duration.ofSeconds(1);

    private final Spool spool;
    private final Path conf;
    private final InstantSource clock;
    private final RandomGenerator random;
    private @Nullable Post post;
    private @Nullable Settings ofPost;
    private int failures;
    private int most = Integer.MAX_VALUE;
    private Instant lastPost = Instant.EPOCH;

    Sender(Spool spool, Path conf, InstantSource clock, RandomGenerator random) {
        this.spool = spool;
        this.conf = conf;
        this.clock = clock;
        this.random = random;
    }

    /** Does what is due, and returns how long to wait before the next step. */
    Duration step(Settings settings) throws InterruptedException {
        try {
            return settings.url().isEmpty() || !spool.own() ? IDLE : post(settings);
        } catch (IOException e) {
            return failed(settings, "the spool can't be read or written: " + e, null);
        }
    }

    private Duration post(Settings settings) throws IOException, InterruptedException {
        int size = Math.min(most, settings.batchSize());
        var head = spool.head(size);
        if (head.isEmpty()) {
            return IDLE;
        }
        var batch = head.get();
        var wait = Duration.between(clock.instant(), lastPost.plus(settings.batchWait()));
        // A clock that was set back must not make it wait for long.
        if (batch.events().size() < size && wait.isPositive() && wait.compareTo(settings.batchWait()) <= 0) {
            return wait;
        }
        var result = through(settings).send(batch.events());
        lastPost = clock.instant();
        return switch (result) {
            case Post.Taken _ -> {
                spool.done(batch);
                if (failures > 0) {
                    LOG.info("events are taken again, after {} failure(s)", failures);
                }
                failures = 0;
                most = most > settings.batchSize() ? most : most * 2;
                yield Duration.ZERO;
            }
            case Post.Failed(var why, var after) -> failed(settings, why, after.orElse(null));
            case Post.Refused(var why) -> {
                if (batch.events().size() > 1) {
                    // One of them is to blame; or they are too many.
                    most = batch.events().size() / 2;
                } else {
                    LOG.warn("an event is refused for good, and dropped: {}", why);
                    spool.done(batch);
                    most = Integer.MAX_VALUE;
                }
                yield Duration.ZERO;
            }
        };
    }

    private Post through(Settings settings) throws IOException {
        var known = post;
        if (known != null && settings.equals(ofPost)) {
            return known;
        }
        close();
        var fresh = new Post(settings, conf, clock);
        post = fresh;
        ofPost = settings;
        failures = 0;
        return fresh;
    }

    /** Waits twice as long each time, a little more or less so that servers do not come in step. */
    private Duration failed(Settings settings, String why, @Nullable Duration after) {
        failures++;
        long first = settings.retry().toMillis();
        long longest = settings.longestRetry().toMillis();
        long doubled = failures > 30 ? longest : Math.min(longest, first << (failures - 1));
        long wait = after != null ? Math.clamp(after.toMillis(), first, longest) : doubled;
        wait += random.nextLong(wait / 10 + 1);
        LOG.warn("events wait, tried again in {} s, failure {}: {}", wait / 1000, failures, Text.escaped(why));
        return Duration.ofMillis(wait);
    }

    /** Breaks off what is under way, and lets another instance go on. Any thread. */
    void close() {
        var known = post;
        if (known != null) {
            known.close();
        }
    }
}
