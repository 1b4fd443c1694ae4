package org.tarishi.core.server;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Reply;

/**
 * Notices when the server has too little of what it lives on, and when it has enough again, which is more than too little: by an own
 * margin, and for some rounds. Sessions ask by one volatile read.
 */
final class Overload implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Overload.class);

    private static final Duration ROUND = Duration.ofSeconds(1);

    /** For how many rounds in a row there must be enough before there is. */
    static final int CALM = 3;

    /** What may be short. */
    enum Resource {
        HEAP,
        DISK,
        DESCRIPTORS,
        EVENT_LOOP;

        private String key() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * What is short.
     *
     * @param resources what, nothing where all is well
     * @param connection what new connections get, if so
     * @param text for the operator
     */
    private record Shortage(
            Set<Resource> resources, @Nullable Reply connection, String text) {

        static final Shortage NONE = new Shortage(Set.of(), null, "");
    }

    /**
     * A measurement against its limit.
     *
     * @param isShort whether there is too little
     * @param isEnough whether there is enough again
     * @param text for the operator
     */
    private record Finding(boolean isShort, boolean isEnough, String text) {}

    private final Probes probes;
    private final Supplier<Settings> settings;
    private final Map<Resource, Integer> calm = new EnumMap<>(Resource.class);
    private final Map<Resource, String> reasons = new EnumMap<>(Resource.class);
    private volatile Shortage shortage = Shortage.NONE;
    private boolean blind;
    private @Nullable Thread thread;

    Overload(Probes probes, Supplier<Settings> settings) {
        this.probes = probes;
        this.settings = settings;
    }

    /** Begins to look, once a second. */
    void start() {
        thread = Thread.ofVirtual().name("tarishi-overload").start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                look();
                try {
                    Thread.sleep(ROUND);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Returns what a new connection gets, nothing where it is served. */
    @Nullable Reply connection() {
        return shortage.connection();
    }

    /** Returns what a new transaction gets, nothing where it is served. */
    @Nullable Reply transaction() {
        return shortage.connection() == null ? null : Replies.NOT_WHILE_OVERLOADED;
    }

    /** Returns one line for the operator, empty where all is well. */
    String status() {
        return shortage.text();
    }

    /** Measures once. One thread. */
    void look() {
        try {
            look(settings.get());
            blind = false;
        } catch (RuntimeException e) {
            // A probe of the system that fails tells nothing about what it was to measure.
            if (!blind) {
                LOG.warn("cannot tell how much is left of memory, disk or descriptors: {}", e.toString());
            }
            blind = true;
        }
    }

    private void look(Settings limits) {
        var before = shortage.resources();
        var now = EnumSet.noneOf(Resource.class);
        for (var resource : Resource.values()) {
            var finding = find(resource, limits);
            boolean was = before.contains(resource);
            int well = finding.isEnough() ? calm.merge(resource, 1, Integer::sum) : 0;
            if (!finding.isEnough()) {
                calm.put(resource, 0);
            }
            if (finding.isShort() || (was && well < CALM)) {
                now.add(resource);
            }
            if (finding.isShort() && !was) {
                reasons.put(resource, finding.text());
                LOG.warn(
                        "overload: {}: {}; new connections get 421 and new transactions 452, what was begun goes on",
                        resource.key(),
                        finding.text());
            } else if (was && !now.contains(resource)) {
                LOG.info("overload is over: {}: {}", resource.key(), finding.text());
            }
        }
        if (!now.equals(before)) {
            shortage = now.isEmpty() ? Shortage.NONE : shortage(now);
        }
    }

    private Shortage shortage(Set<Resource> now) {
        return new Shortage(
                Set.copyOf(now),
                now.equals(EnumSet.of(Resource.DISK)) ? Replies.OVERLOADED_DISK : Replies.OVERLOADED,
                now.stream()
                        .map(resource -> resource.key() + ": " + reasons.get(resource))
                        .collect(Collectors.joining("; ", "overload: ", "; new work is refused for now")));
    }

    private Finding find(Resource resource, Settings limits) {
        return switch (resource) {
            case HEAP -> {
                long free = probes.freeHeap().orElse(100);
                yield new Finding(
                        free < limits.minFreeHeap(),
                        free >= Math.min(100, limits.minFreeHeap() + 5),
                        free + " % of the heap free, minFreeHeap is " + limits.minFreeHeap() + " %");
            }
            case DISK -> {
                long free = probes.freeDisk().orElse(Long.MAX_VALUE);
                yield new Finding(
                        free < limits.minFreeDisk(),
                        free >= limits.minFreeDisk() + limits.minFreeDisk() / 4,
                        free + " octets of the disk free, minFreeDisk is " + limits.minFreeDisk());
            }
            case DESCRIPTORS -> {
                long free = probes.freeDescriptors().orElse(Long.MAX_VALUE);
                yield new Finding(
                        free < limits.minFreeDescriptors(),
                        free >= limits.minFreeDescriptors() + limits.minFreeDescriptors() / 4,
                        free + " file descriptors free, minFreeDescriptors is " + limits.minFreeDescriptors());
            }
            case EVENT_LOOP -> {
                var lag = probes.lag();
                var most = limits.maxLag();
                yield new Finding(
                        !most.isZero() && lag.compareTo(most) > 0,
                        most.isZero() || lag.compareTo(most.dividedBy(2)) <= 0,
                        "an event loop is " + lag.toMillis() + " ms late, maxLag is " + most);
            }
        };
    }
}
