package org.tarishi.itests.harness;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A message that can be told from any other, and from half of itself. */
public final class TestMail {

    private static final String ID = "X-Test-Id";
    private static final String SUM = "X-Test-Sum";
    private static final byte[] ALPHABET =
            "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ.0123456789".getBytes(StandardCharsets.US_ASCII);

    private final String id;
    private final byte[] bytes;

    private TestMail(String id, byte[] bytes) {
        this.id = id;
        this.bytes = bytes;
    }

    /** Returns what it is known by. */
    public String id() {
        return id;
    }

    /** Returns the whole message, lines ended by CRLF; not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** Makes a message with a body of about this many octets, in lines of 76, some of which begin with a dot. */
    public static TestMail of(String id, int bodySize) {
        var random = new Random(id.hashCode());
        var body = new byte[Math.max(2, bodySize)];
        for (int i = 0; i < body.length; i++) {
            body[i] = ALPHABET[random.nextInt(ALPHABET.length)];
        }
        for (int i = 76; i + 1 < body.length; i += 78) {
            body[i] = '\r';
            body[i + 1] = '\n';
        }
        body[body.length - 2] = '\r';
        body[body.length - 1] = '\n';
        var head = "From: sender@client.example\r\nTo: user@example.com\r\nSubject: test " + id + "\r\n" + ID + ": "
                + id + "\r\n" + SUM + ": " + sum(body, 0) + "\r\n\r\n";
        var start = head.getBytes(StandardCharsets.US_ASCII);
        var bytes = new byte[start.length + body.length];
        System.arraycopy(start, 0, bytes, 0, start.length);
        System.arraycopy(body, 0, bytes, start.length, body.length);
        return new TestMail(id, bytes);
    }

    /**
     * Finds such a message in what was stored.
     *
     * @throws IllegalArgumentException when it is not whole
     */
    public static Found find(byte[] stored) {
        int end = endOfHeader(stored);
        if (end < 0) {
            throw new IllegalArgumentException("no header that ends: " + stored.length + " octets");
        }
        var fields = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        var counts = new TreeMap<String, Integer>(String.CASE_INSENSITIVE_ORDER);
        for (var line : new String(stored, 0, end, StandardCharsets.ISO_8859_1).split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.startsWith(" ") && !line.startsWith("\t")) {
                var name = line.substring(0, colon);
                fields.put(name, line.substring(colon + 1).trim());
                counts.merge(name, 1, Integer::sum);
            }
        }
        var id = fields.get(ID);
        var sum = fields.get(SUM);
        if (id == null || sum == null) {
            throw new IllegalArgumentException("no " + ID + " or no " + SUM + " among " + fields.keySet());
        }
        if (!sum.equals(sum(stored, end + 4))) {
            throw new IllegalArgumentException(id + ": the body is damaged, " + (stored.length - end - 4) + " octets");
        }
        return new Found(id, fields, counts);
    }

    /**
     * What was found.
     *
     * @param id what the message is known by
     * @param fields the header fields, the last of each name
     * @param counts how often each name is there
     */
    public record Found(String id, Map<String, String> fields, Map<String, Integer> counts) {}

    private static int endOfHeader(byte[] stored) {
        for (int i = 0; i + 3 < stored.length; i++) {
            if (stored[i] == '\r' && stored[i + 1] == '\n' && stored[i + 2] == '\r' && stored[i + 3] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static String sum(byte[] bytes, int from) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, from, bytes.length - from);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
