package org.tarishi.core.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every change of every configuration: when, by whom, the text before and the text after.
 *
 * <p>One file a change, {@code PID/NUMBER.change}: four header lines, then the two texts, whose lengths in bytes stand in the header.
 * The oldest go when there are more than the limit. Secrets stand in them as they stood in the configuration, so they are their
 * owner's alone. Not thread-safe; the gate's lock guards it.
 */
final class History {

    private static final Logger log = LoggerFactory.getLogger(History.class);

    private static final Pattern NAME = Pattern.compile("([0-9]{6,9})\\.change");
    private static final Pattern FORM = Pattern.compile("""
            time: (?<time>[^\n]*)
            author: (?<author>[^\n]*)
            before: (?<before>none|[0-9]{1,8})
            after: (?<after>none|[0-9]{1,8})

            """);

    private final Path folder;
    private final Clock clock;
    private final IntSupplier limit;

    /**
     * One change.
     *
     * @param number counts the changes of its PID, from 1
     * @param before the text of the file before, or null when there was none
     * @param after the text of the file after, or null when it went
     */
    record Change(
            int number,
            Instant time,
            String author,
            @Nullable String before,
            @Nullable String after) {}

    History(Path folder, Clock clock, IntSupplier limit) {
        this.folder = folder;
        this.clock = clock;
        this.limit = limit;
    }

    /** Keeps a change and lets go of what is beyond the limit. */
    Change add(String pid, Author author, @Nullable String before, @Nullable String after) throws IOException {
        var own = folder.resolve(pid);
        SafeFiles.makeFolder(own);
        var numbers = numbers(pid);
        var change = new Change(
                numbers.isEmpty() ? 1 : numbers.getLast() + 1, clock.instant(), author.word(), before, after);
        SafeFiles.write(file(pid, change.number()), written(change));
        for (var i = 0; i < numbers.size() + 1 - limit.getAsInt(); i++) {
            Files.deleteIfExists(file(pid, numbers.get(i)));
        }
        return change;
    }

    /** Returns what is kept of a PID, the oldest first. */
    List<Change> of(String pid) throws IOException {
        var changes = new ArrayList<Change>();
        for (var number : numbers(pid)) {
            read(pid, number).ifPresent(changes::add);
        }
        return changes;
    }

    private List<Integer> numbers(String pid) throws IOException {
        var own = folder.resolve(pid);
        if (!Files.isDirectory(own)) {
            return List.of();
        }
        try (var files = Files.list(own)) {
            return files.map(file -> NAME.matcher(file.getFileName().toString()))
                    .filter(java.util.regex.Matcher::matches)
                    .map(name -> Integer.valueOf(name.group(1)))
                    .sorted()
                    .toList();
        }
    }

    private Path file(String pid, int number) {
        return folder.resolve(pid).resolve(String.format("%06d.change", number));
    }

    private static String written(Change change) {
        return "time: " + change.time + "\nauthor: " + change.author + "\nbefore: " + length(change.before)
                + "\nafter: " + length(change.after) + "\n\n" + (change.before == null ? "" : change.before)
                + (change.after == null ? "" : change.after);
    }

    private static String length(@Nullable String text) {
        return text == null ? "none" : Integer.toString(text.getBytes(StandardCharsets.UTF_8).length);
    }

    private Optional<Change> read(String pid, int number) throws IOException {
        var file = file(pid, number);
        var bytes = Files.readAllBytes(file);
        var header = FORM.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        if (header.lookingAt()) {
            var middle = header.end() + bytes(header.group("before"));
            if (middle + bytes(header.group("after")) == bytes.length) {
                try {
                    return Optional.of(new Change(
                            number,
                            Instant.parse(header.group("time")),
                            header.group("author"),
                            text(header.group("before"), bytes, header.end(), middle),
                            text(header.group("after"), bytes, middle, bytes.length)));
                } catch (DateTimeParseException e) {
                    log.debug("{}", file, e);
                }
            }
        }
        log.warn("{} is damaged; the change that it kept can't be shown or undone", file);
        return Optional.empty();
    }

    private static int bytes(String length) {
        return length.equals("none") ? 0 : Integer.parseInt(length);
    }

    private static @Nullable String text(String length, byte[] bytes, int from, int to) {
        return length.equals("none") ? null : new String(Arrays.copyOfRange(bytes, from, to), StandardCharsets.UTF_8);
    }
}
