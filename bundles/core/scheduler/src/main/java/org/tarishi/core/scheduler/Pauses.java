package org.tarishi.core.scheduler;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.service.QueueControl.State;
import org.tarishi.core.spi.QueueQuery;
import org.tarishi.core.spi.QueuedMail;

/**
 * What operators have stopped, until they let it go on; also over a restart. Any thread.
 *
 * <p>A pause of all, or of one destination, stops the dispatcher. Any other is looked at when a mail's turn has come, and stops it there.
 */
final class Pauses {

    private static final Logger LOG = LoggerFactory.getLogger("org.tarishi.queue");
    private static final int MOST = 1000;

    /** One pause. */
    record One(String id, QueueQuery query) {

        /** Tells whether it is about one destination and nothing else. */
        boolean isDomain() {
            return query.domain() != null && query.equals(QueueQuery.ALL.domain(query.domain()));
        }

        boolean isAll() {
            return query.equals(QueueQuery.ALL);
        }
    }

    private final Path file;
    private final Dispatcher dispatcher;
    private final List<One> all = new CopyOnWriteArrayList<>();

    /** Reads what is kept in a file; one that can't be read stops all delivery, because nobody knows what was to be stopped. */
    Pauses(Path file, Dispatcher dispatcher) {
        this.file = file;
        this.dispatcher = dispatcher;
        try {
            if (Files.exists(file)) {
                for (var line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                    if (!line.isBlank()) {
                        begin(read(line));
                    }
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.error("{} can't be read, so all delivery is paused until that is mended: {}", file, e.toString());
            begin(new One("unreadable", QueueQuery.ALL));
        }
    }

    private void begin(One one) {
        all.add(one);
        if (one.isAll()) {
            dispatcher.pause(null);
        } else if (one.isDomain()) {
            dispatcher.pause(one.query().domain());
        }
    }

    List<One> list() {
        return List.copyOf(all);
    }

    /** Begins a pause; one that is there already is not begun again. */
    synchronized String pause(QueueQuery given) throws IOException {
        var domain = given.domain();
        var query = domain == null ? given : given.domain(domain.strip().toLowerCase(java.util.Locale.ROOT));
        for (var one : all) {
            if (one.query().equals(query)) {
                return one.id();
            }
        }
        if (all.size() >= MOST) {
            throw new IOException("there are " + MOST + " pauses already");
        }
        int number = 1;
        while (find("p" + number).isPresent()) {
            number++;
        }
        var one = new One("p" + number, query);
        all.add(one);
        try {
            save();
        } catch (IOException e) {
            all.remove(one);
            throw e;
        }
        all.remove(one);
        begin(one);
        return one.id();
    }

    private Optional<One> find(String id) {
        return all.stream().filter(one -> one.id().equals(id)).findFirst();
    }

    /** Ends a pause; false when there is none of this id. */
    synchronized boolean resume(String id) throws IOException {
        var found = find(id);
        if (found.isEmpty()) {
            return false;
        }
        var one = found.get();
        all.remove(one);
        try {
            save();
        } catch (IOException e) {
            all.add(one);
            throw e;
        }
        if (one.isAll()) {
            dispatcher.resume(null);
        } else if (one.isDomain()) {
            dispatcher.resume(one.query().domain());
        }
        dispatcher.unpark();
        return true;
    }

    /**
     * Tells whether a mail whose turn has come is stopped.
     *
     * @param host the next hop that it would go to, null where that is not known yet
     */
    boolean stops(QueuedMail mail, @Nullable String host, Instant now) {
        for (var one : all) {
            var query = one.query();
            var route = query.route();
            if (one.isAll() || one.isDomain() || (route == null) != (host == null)) {
                continue;
            }
            if (route != null && !route.equalsIgnoreCase(host)) {
                continue;
            }
            var rest = new QueueQuery(
                    query.id(),
                    query.sender(),
                    query.recipient(),
                    query.domain(),
                    query.olderThan(),
                    query.state(),
                    query.lastReply(),
                    null);
            if (new Filter(rest).matches(mail, false, now)) {
                return true;
            }
        }
        return false;
    }

    private void save() throws IOException {
        var text = new StringBuilder();
        all.forEach(one -> text.append(write(one)).append('\n'));
        Files.createDirectories(file.getParent());
        var next = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(next);
        try (var channel = FileChannel.open(
                next,
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            var bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static String write(One one) {
        var query = one.query();
        var line = new StringBuilder(one.id());
        word(line, "id", query.id());
        word(line, "sender", query.sender());
        word(line, "recipient", query.recipient());
        word(line, "domain", query.domain());
        word(line, "olderThan", query.olderThan());
        word(line, "state", query.state());
        word(line, "lastReply", query.lastReply());
        word(line, "route", query.route());
        return line.toString();
    }

    private static void word(StringBuilder line, String name, @Nullable Object value) {
        if (value != null) {
            line.append(' ')
                    .append(name)
                    .append('=')
                    .append(URLEncoder.encode(value.toString(), StandardCharsets.UTF_8));
        }
    }

    private static One read(String line) {
        var words = line.strip().split(" ", -1);
        var query = QueueQuery.ALL;
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("no pause: " + line);
            }
            var value = URLDecoder.decode(words[i].substring(equals + 1), StandardCharsets.UTF_8);
            query = switch (words[i].substring(0, equals)) {
                case "id" -> query.id(value);
                case "sender" -> query.sender(value);
                case "recipient" -> query.recipient(value);
                case "domain" -> query.domain(value);
                case "olderThan" -> query.olderThan(Duration.parse(value));
                case "state" -> query.state(State.valueOf(value));
                case "lastReply" -> query.lastReply(value);
                case "route" -> query.route(value);
                default -> throw new IllegalArgumentException("no pause: " + line);
            };
        }
        return new One(words[0], query);
    }
}
