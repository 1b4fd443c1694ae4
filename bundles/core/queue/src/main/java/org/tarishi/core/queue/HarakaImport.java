package org.tarishi.core.queue;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.MailHost;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Text;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.NewMessage;

/**
 * Takes the mails of a Haraka queue folder (Haraka 3.x; the names of 2.x too).
 *
 * <p>A file is the length of an envelope in four bytes, the envelope in JSON, and the message as SMTP carries it. The name says when it is due and how
 * often it was tried. Notes of Haraka's plugins are left out: nobody here could read them.
 */
final class HarakaImport {

    private static final int MOST_ENVELOPE = 16 << 20;

    // arrival, next attempt, attempts, process, random, counter, host
    private static final Pattern NAME =
            Pattern.compile("([0-9]{1,16})_([0-9]{1,16})_([0-9]{1,9})_[0-9]+_[A-Za-z0-9]+_[0-9]+_.+");
    // next attempt, attempts, process, unique.host
    private static final Pattern OLD_NAME = Pattern.compile("([0-9]{1,16})_([0-9]{1,9})_[0-9]+_[^_]+");

    private final Store store;

    HarakaImport(Store store) {
        this.store = store;
    }

    /** See {@link org.tarishi.core.spi.QueueStore#importHaraka}. */
    int run(Path folder, Consumer<String> told) throws IOException {
        int imported = 0;
        try (var files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                if (Files.isDirectory(file)) {
                    continue;
                }
                try {
                    take(file);
                    imported++;
                } catch (IOException e) {
                    told.accept(Text.escaped(file.getFileName() + ": " + e.getMessage()));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return imported;
    }

    private void take(Path file) throws IOException {
        var name = file.getFileName().toString();
        if (name.startsWith("__tmp__.")) {
            throw new IOException("half-written");
        }
        var match = NAME.matcher(name);
        boolean isOld = !match.matches();
        if (isOld) {
            match = OLD_NAME.matcher(name);
            if (!match.matches()) {
                throw new IOException("no name of a Haraka queue file");
            }
        }
        long due = Long.parseLong(match.group(isOld ? 1 : 2));
        int attempts = Integer.parseInt(match.group(isOld ? 2 : 3));
        int length;
        String json;
        try (var in = new DataInputStream(Files.newInputStream(file))) {
            length = in.readInt();
            if (length <= 0 || length > Math.min(MOST_ENVELOPE, Files.size(file) - 4)) {
                throw new DamagedException("no length of an envelope");
            }
            json = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        } catch (EOFException e) {
            throw new DamagedException("shorter than the length of an envelope");
        }
        insert(envelope(json, due, attempts), new FileSource(file, 4L + length, true));
    }

    private void insert(Inserts.Envelope envelope, Source source) throws IOException {
        var id = envelope.mails().getFirst().id();
        if (store.find(id).isPresent()) {
            throw new IOException("already queued, as " + id);
        }
        try {
            var _ = store.inserts().insert(envelope, source).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        }
    }

    private static Inserts.Envelope envelope(String json, long due, int attempts) throws IOException {
        var todo = JsonReader.object(json);
        try {
            var uuid = text(todo, "uuid");
            var recipients = new ArrayList<Recipient>();
            if (todo.get("rcpt_to") instanceof List<?> list) {
                for (var one : list) {
                    recipients.add(Recipient.parse(path(one)));
                }
            }
            if (uuid.isEmpty() || recipients.isEmpty()) {
                throw new DamagedException("an envelope without id or recipients");
            }
            var domain = text(todo, "domain");
            var host = domain.isEmpty() ? recipients.getFirst().mailbox().host() : MailHost.parse(domain);
            var state = MailState.first(recipients.size(), Instant.ofEpochMilli(due))
                    .withFailures(attempts)
                    .withTlsRequired(Boolean.TRUE.equals(todo.get("force_tls")));
            int dot = uuid.lastIndexOf('.');
            return new Inserts.Envelope(
                    dot > 0 ? uuid.substring(0, dot) : uuid,
                    ReversePath.parse(path(todo.get("mail_from"))),
                    Map.of(),
                    "haraka",
                    todo.get("queue_time") instanceof Double time
                            ? Instant.ofEpochMilli(time.longValue())
                            : Instant.ofEpochMilli(due),
                    List.of(new NewMessage.Mail(uuid, host.ascii(), recipients, state)));
        } catch (IllegalArgumentException e) {
            throw new DamagedException("an envelope that can't be read: " + e.getMessage());
        }
    }

    private static String text(Map<?, ?> map, String name) {
        return map.get(name) instanceof String text ? text : "";
    }

    /** An address is an object, or in old files a text. */
    private static String path(@Nullable Object address) {
        if (address instanceof String text) {
            return text.startsWith("<") ? text : "<" + text + ">";
        }
        if (address instanceof Map<?, ?> map) {
            var original = text(map, "original");
            if (!original.isEmpty()) {
                return original.startsWith("<") ? original : "<" + original + ">";
            }
            var user = text(map, "user");
            return user.isEmpty() ? "<>" : "<" + user + "@" + text(map, "host") + ">";
        }
        return "<>";
    }
}
