package org.tarishi.itests.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/** Sessions and messages that are well below a limit of size, and cost a careless server its memory, its time or its stack. */
public final class Bombs {

    private static final int MEGA = 1 << 20;

    /** As much as a header may be by default, less what the server and this test add. */
    private static final int HEADER = MEGA - 8192;

    /** Does it to a server, and returns what that answered in the end. */
    public interface Bomb {
        /**
         * Blocks until the server has answered.
         *
         * @param dialog a session in which EHLO was said
         * @throws IOException where the server hung up without an answer
         */
        String answer(SmtpDialog dialog) throws IOException;
    }

    private Bombs() {}

    /** Returns all, by name. */
    public static Map<String, Bomb> all() {
        var all = new LinkedHashMap<String, Bomb>();
        all.put("a command line of 64 MB", dialog -> flood(dialog, text("a", 64 * MEGA), 1));
        all.put("a million commands at once", dialog -> flood(dialog, text("NOOP\r\n", 6_000_000), 1_000_000));
        all.put("a hundred thousand recipients", dialog -> {
            dialog.send("MAIL FROM:<a@client.example>").expect("250");
            return flood(dialog, text("RCPT TO:<user@example.com>\r\n", 2_800_000), 100_000);
        });
        all.put("two hundred thousand empty chunks", dialog -> {
            dialog.send("MAIL FROM:<a@client.example>").expect("250");
            dialog.send("RCPT TO:<user@example.com>").expect("250");
            return flood(dialog, text("BDAT 0\r\n", 1_600_000), 200_000);
        });
        all.put("a chunk of all the octets that can be counted", dialog -> {
            dialog.send("MAIL FROM:<a@client.example>").expect("250");
            dialog.send("RCPT TO:<user@example.com>").expect("250");
            return dialog.send("BDAT " + Long.MAX_VALUE + " LAST").reply();
        });
        all.put("a body of one line", mail("", text("a", 24 * MEGA)));
        all.put("a body of dots", mail("", text("..\r\n", 24 * MEGA)));
        all.put("a million fields", mail("", text("A: b\r\n", 6_000_000)));
        all.put("a field of 20 MB", mail("X: a", text("\r\n a", 20 * MEGA)));
        all.put("a field of folds", mail("Subject: a", text("\r\n a", HEADER)));
        all.put("encoded words", mail("Subject:", text(" =?utf-8?q?=41?=\r\n", HEADER)));
        all.put("comments in comments", mail("To: ", text("(", HEADER / 2) + text(")", HEADER / 2) + "<a@b.example>"));
        all.put("groups in groups", mail("To: ", folded("a:", HEADER)));
        all.put("a hundred thousand addresses", mail("To: ", folded("<a@b.c>,", HEADER)));
        all.put("parameters in pieces", mail("Content-Type: a/b", pieces()));
        all.put(
                "a boundary of a megabyte",
                mail("Content-Type: multipart/mixed; boundary=\"", text("b", HEADER) + "\""));
        all.put(
                "an unknown charset of a megabyte",
                mail("Content-Type: text/plain; charset=\"", text("c", HEADER) + "\""));
        all.put(
                "parts in parts",
                mail("", "Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + parts(10_000, "multipart/mixed")));
        all.put(
                "messages in messages",
                mail("Content-Type: message/rfc822\r\n\r\n", text("Content-Type: message/rfc822\r\n\r\n", 4 * MEGA)));
        all.put(
                "half a million parts",
                mail("Content-Type: multipart/mixed; boundary=b\r\n\r\n", text("--b\r\n\r\nx\r\n", 10 * 500_000)));
        all.put(
                "soft breaks alone",
                mail(
                        "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
                        text("=\r\n", 20 * MEGA)));
        all.put(
                "what is no base64",
                mail(
                        "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n",
                        text("!".repeat(76) + "\r\n", 20 * MEGA)));
        all.put(
                "a hundred thousand hops",
                mail("", text("Received: from a by b; Mon, 2 Nov 2026 10:00:00 +0000\r\n", 5_100_000)));
        return all;
    }

    private static Bomb mail(String head, String rest) {
        return dialog -> {
            dialog.send("MAIL FROM:<a@client.example>").expect("250");
            dialog.send("RCPT TO:<user@example.com>").expect("250");
            dialog.send("DATA").expect("354");
            var bytes = new ByteArrayOutputStream(head.length() + rest.length() + 16);
            bytes.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
            bytes.writeBytes(rest.getBytes(StandardCharsets.US_ASCII));
            bytes.writeBytes("\r\n\r\nx\r\n.\r\n".getBytes(StandardCharsets.US_ASCII));
            return dialog.send(bytes.toByteArray()).reply();
        };
    }

    /** Sends while replies are read, and returns the last of so many, or the one behind which the server hung up. */
    private static String flood(SmtpDialog dialog, String text, int replies) throws IOException {
        Callable<String> reading = () -> {
            String last = dialog.reply();
            for (int i = 1; i < replies; i++) {
                // Whoever has had enough says so and hangs up.
                if (last.startsWith("421")) {
                    break;
                }
                last = dialog.reply();
            }
            return last;
        };
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var answer = executor.submit(reading);
            try {
                dialog.send(text.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                // It hung up before it had all; what it said tells why.
            }
            return answer.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Returns a text again and again, up to so many octets. */
    private static String text(String once, int octets) {
        return once.repeat(octets / once.length());
    }

    /** The same in lines that are not too long. */
    private static String folded(String once, int octets) {
        return text(text(once, 900) + "\r\n ", octets);
    }

    private static String pieces() {
        var text = new StringBuilder(HEADER);
        for (int i = 0; text.length() < HEADER - 32; i++) {
            text.append(";\r\n name*").append(i).append("*=%41");
        }
        return text.toString();
    }

    private static String parts(int depth, String type) {
        var text = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            text.append("--b")
                    .append(i)
                    .append("\r\nContent-Type: ")
                    .append(type)
                    .append("; boundary=b")
                    .append(i + 1)
                    .append("\r\n\r\n");
        }
        return text.toString();
    }
}
