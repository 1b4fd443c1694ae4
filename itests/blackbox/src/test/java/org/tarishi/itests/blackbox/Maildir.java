package org.tarishi.itests.blackbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.tarishi.itests.harness.TestMail;

/** Reads a Maildir. */
record Maildir(Path folder) {

    private static final Set<String> TRACE =
            Set.of("return-path", "delivered-to", "received", "authentication-results");

    /** The messages in {@code new/}; none when there is no Maildir. */
    List<Path> messages() throws IOException {
        var messages = folder.resolve("new");
        if (!Files.exists(messages)) {
            return List.of();
        }
        try (var files = Files.list(messages)) {
            return files.sorted().toList();
        }
    }

    /** The test messages in {@code new/}, each of them whole. */
    List<TestMail.Found> found() throws IOException {
        var found = new ArrayList<TestMail.Found>();
        for (var message : messages()) {
            found.add(TestMail.find(Files.readAllBytes(message)));
        }
        return found;
    }

    /** The same, one by one and in no order, for who has more of them than fit into memory. */
    void forEachFound(Consumer<TestMail.Found> then) throws IOException {
        try (var files = Files.newDirectoryStream(folder.resolve("new"))) {
            for (var file : files) {
                then.accept(TestMail.find(Files.readAllBytes(file)));
            }
        }
    }

    /** Returns a message without the trace fields that stand on its top. */
    static byte[] withoutTrace(byte[] message) {
        int at = 0;
        while (true) {
            int colon = at;
            while (colon < message.length && message[colon] != ':' && message[colon] != '\n') {
                colon++;
            }
            var name = new String(message, at, colon - at, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
            if (!TRACE.contains(name)) {
                return Arrays.copyOfRange(message, at, message.length);
            }
            do {
                while (message[at++] != '\n') {
                    // To the end of the line.
                }
            } while (message[at] == ' ' || message[at] == '\t');
        }
    }
}
