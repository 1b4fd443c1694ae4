package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tarishi.itests.harness.PluginJar;

/** Replaces plugins and parts of a running server by the same code under another version, and knows what is left of former ones. */
final class Replacements {

    private static final String CORE = "org.tarishi.core.";
    private static final String PLUGIN = "org.tarishi.plugin.";

    /** A test's plugin: it is told which version it is, and nothing is shipped that one could go back to. */
    private static final String STAMP = "stamp";

    /** Shipped plugins that each mail comes through. */
    private static final List<String> PLUGINS = List.of("in-host-list", "relay", "maildir");

    static final List<String> BESIDE = List.of(
            STAMP, "hooks", "in-host-list", "server", "client", "relay", "dns", STAMP, "delivery", "maildir", "admin");
    static final List<String> IN_PLACE = List.of("queue", "scheduler");

    /** A class of each, that is loaded once a version. */
    private static final Map<String, String> CLASSES = Map.ofEntries(
            Map.entry(STAMP, "org.tarishi.itests.stamp.Stamp"),
            Map.entry("hooks", CORE + "hooks.ChainHooks"),
            Map.entry("server", CORE + "server.Server"),
            Map.entry("client", CORE + "client.PooledSmtpClient"),
            Map.entry("dns", CORE + "dns.Resolution"),
            Map.entry("delivery", CORE + "delivery.ClientAgent"),
            Map.entry("admin", CORE + "admin.Access"),
            Map.entry("queue", CORE + "queue.JournalQueueStore"),
            Map.entry("scheduler", CORE + "scheduler.Scheduler"),
            Map.entry("in-host-list", PLUGIN + "inhostlist.InHostList"),
            Map.entry("relay", PLUGIN + "relay.Relay"),
            Map.entry("maildir", PLUGIN + "maildir.Maildir"));

    /** What was handed out last may hold a version for a while. */
    private static final Duration COLLECTED_WITHIN = Duration.ofSeconds(10);

    private final Instance instance;
    private final Path folder;
    private final Map<String, Integer> versions = new HashMap<>();

    /**
     * Makes it.
     *
     * @param folder where it may write
     */
    Replacements(Instance instance, Path folder) {
        this.instance = instance;
        this.folder = folder;
    }

    void replaceEach(List<String> parts) throws IOException {
        for (var part : parts) {
            replace(part);
        }
    }

    void replace(String part) throws IOException {
        int version = versions.merge(part, 1, Integer::sum);
        var jar = new PluginJar(bundle(part)).header("Bundle-Version", "2." + version + ".0");
        if (part.equals(STAMP)) {
            jar.entry("stamp.txt", "v" + version + "\n");
        }
        var file = jar.write(folder.resolve(part + ".jar"));
        var result = instance.ask("plugin", "install", file.toString());
        assertThat(result.code()).as(result.out()).isZero();
    }

    private static Path bundle(String part) throws IOException {
        return part.equals(STAMP) ? Setup.plugin(part) : Setup.shipped((PLUGINS.contains(part) ? PLUGIN : CORE) + part);
    }

    /** Replaces one after the other for a time, and waits between two; returns how many times. */
    int replace(List<String> parts, Duration time, Duration interval) throws Exception {
        long end = System.nanoTime() + time.toNanos();
        long next = System.nanoTime();
        int done = 0;
        while (System.nanoTime() < end) {
            replace(parts.get(done++ % parts.size()));
            next = Math.max(next + interval.toNanos(), System.nanoTime());
            Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
        }
        return done;
    }

    /** Waits until no former version has anything to end any more. */
    void awaitDrained() {
        await("former versions have gone")
                .atMost(Duration.ofSeconds(60))
                .until(() -> !instance.ask("plugin", "list").out().contains("draining"));
    }

    /**
     * Fails when more versions are in memory than may be: each in force, and of the server's parts what is shipped, to be gone back to.
     * What keeps the others there is in {@code target/versions.hprof} then.
     *
     * @return how many there are of each
     */
    Map<String, Long> assertCollected() throws Exception {
        var loaded = new HashMap<String, Long>();
        long end = System.nanoTime() + COLLECTED_WITHIN.toNanos();
        do {
            var all = instance.loaded();
            CLASSES.forEach((part, name) ->
                    loaded.put(part, all.stream().filter(name::equals).count()));
        } while (isTooMany(loaded) && System.nanoTime() < end);
        if (isTooMany(loaded)) {
            instance.dump(Path.of("target", "versions.hprof"));
        }
        assertThat(isTooMany(loaded)).as("versions loaded: " + loaded).isFalse();
        return loaded;
    }

    private static boolean isTooMany(Map<String, Long> loaded) {
        return loaded.entrySet().stream()
                .anyMatch(part -> part.getValue() > (part.getKey().equals(STAMP) ? 1 : 2));
    }
}
