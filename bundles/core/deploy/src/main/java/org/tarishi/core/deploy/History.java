package org.tarishi.core.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;

/**
 * What was done with which plugin, in {@code data/deploy/history}: a line each, its fields parted by tabs; the last {@value #MOST} are
 * kept. That it can't be written is told and stops nothing. Any thread.
 */
final class History {

    private static final Logger LOG = LoggerFactory.getLogger(History.class);

    /** How many events are kept. */
    static final int MOST = 1000;

    /** How many lines the file may have before it is written anew. */
    private static final int LONGEST = 2 * MOST;

    private static final int FIELDS = 5;

    /** What happened. */
    enum Kind {
        INSTALLED,
        REFUSED,
        REMOVED,
        /** Went back because somebody asked for it. */
        ROLLED_BACK,
        /** Went back by itself. */
        FAILED,
        /** Has passed its probation. */
        PASSED,
        /** Is tried beside the version in force. */
        TRIED,
        /** Is tried no longer, and is not in force. */
        DROPPED
    }

    /**
     * One event.
     *
     * @param when its time
     * @param door who asked
     * @param symbolicName the bundle, {@code -} where it is not known
     * @param kind what happened
     * @param text the same in words
     */
    record Event(Instant when, String door, String symbolicName, Kind kind, String text) {}

    private final Path file;
    private final Clock clock;
    private final Deque<Event> events = new ArrayDeque<>();
    private int lines;

    History(Path folder, Clock clock) {
        this.file = folder.resolve("history");
        this.clock = clock;
        try {
            if (Files.exists(file)) {
                for (var line : Files.readAllLines(file)) {
                    lines++;
                    read(line);
                }
            }
        } catch (IOException e) {
            LOG.error("{} can't be read: {}", file, e.toString());
        }
    }

    /** Writes an event down. */
    synchronized void add(String door, String symbolicName, Kind kind, String text) {
        var event = new Event(clock.instant(), door, symbolicName, kind, Text.escaped(text));
        remember(event);
        try {
            if (++lines > LONGEST) {
                var all = new StringBuilder();
                events.forEach(one -> all.append(line(one)));
                SafeFiles.replace(file, all.toString());
                lines = events.size();
            } else {
                Files.write(
                        file,
                        line(event).getBytes(StandardCharsets.UTF_8),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            LOG.error("{} can't be written: {}", file, e.toString());
        }
    }

    /** Returns the events, the oldest first. */
    synchronized List<Event> all() {
        return List.copyOf(events);
    }

    /** Returns the last event of a bundle, if it was one of some kinds. */
    synchronized Optional<Event> last(String symbolicName, Kind... kinds) {
        Event last = null;
        for (var event : events) {
            if (event.symbolicName().equals(symbolicName)) {
                last = event;
            }
        }
        return Optional.ofNullable(last).filter(event -> List.of(kinds).contains(event.kind()));
    }

    /** Returns the last event of each bundle whose last one was of a kind. */
    synchronized List<Event> lastOf(Kind kind) {
        var last = new LinkedHashMap<String, Event>();
        events.forEach(event -> last.put(event.symbolicName(), event));
        return last.values().stream().filter(event -> event.kind() == kind).toList();
    }

    private void remember(Event event) {
        events.addLast(event);
        if (events.size() > MOST) {
            events.removeFirst();
        }
    }

    private void read(String line) {
        var fields = line.split("\t", FIELDS);
        try {
            if (fields.length == FIELDS) {
                remember(new Event(
                        Instant.parse(fields[0]),
                        fields[1],
                        fields[2],
                        Kind.valueOf(fields[3].toUpperCase(Locale.ROOT)),
                        fields[4]));
            }
        } catch (DateTimeParseException | IllegalArgumentException e) {
            LOG.debug("{}: no event: {}", file, Text.escaped(line));
        }
    }

    private static String line(Event event) {
        return String.join(
                        "\t",
                        event.when().toString(),
                        event.door(),
                        event.symbolicName(),
                        event.kind().name().toLowerCase(Locale.ROOT),
                        event.text())
                + "\n";
    }
}
