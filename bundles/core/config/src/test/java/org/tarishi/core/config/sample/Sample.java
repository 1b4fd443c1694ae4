package org.tarishi.core.config.sample;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Remembers all settings that it ever had, as text: those of another class loader can be read so. */
public final class Sample implements Supplier<List<String>> {

    /** A latch that is open when somebody has taken new settings for done while this was still at work with them. */
    private static final String OVERTAKEN = "sample.overtaken";

    private final List<String> had = new CopyOnWriteArrayList<>();

    void activate(SampleConfig config) {
        if (config.port() == 13) {
            throw new IllegalStateException("port 13 is taken");
        }
        had.add("activated: " + new SampleSettings(config));
    }

    void modified(SampleConfig config) throws InterruptedException {
        if (System.getProperties().get(OVERTAKEN) instanceof CountDownLatch overtaken
                && overtaken.await(500, TimeUnit.MILLISECONDS)) {
            had.add("overtaken");
        }
        had.add("modified: " + new SampleSettings(config));
    }

    @Override
    public List<String> get() {
        return List.copyOf(had);
    }
}
