package org.tarishi.itests.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Inputs made of others: octets changed, cut out, put in twice, taken from another one. The same ones for the same seed. One thread. */
final class Mutations {

    private static final int LONGEST = 2048;
    private static final int MOST_CHANGES = 4;

    /** What parsers of mail trip over. */
    private static final List<String> TOKENS = List.of(
            "\r\n",
            "\n",
            "\r",
            "\r\n.\r\n",
            "\0",
            " ",
            "\t",
            "<",
            ">",
            "@",
            "\"",
            "\\",
            "=",
            "+",
            ":",
            ";",
            ",",
            "(",
            "\u00ff",
            "\u00c3\u00a9",
            "\u00f0",
            "[IPv6:",
            "4294967296",
            "-1",
            "\r\n\t");

    private final List<byte[]> kept;
    private final RandomGenerator random;

    Mutations(List<byte[]> kept, long seed) {
        this.kept = kept;
        this.random = new Random(seed);
    }

    /** Returns the next input. */
    byte[] next() {
        var input = any();
        for (int i = random.nextInt(MOST_CHANGES); i >= 0; i--) {
            input = change(input);
        }
        return input.length <= LONGEST ? input : cut(input, 0, LONGEST);
    }

    private byte[] any() {
        return kept.get(random.nextInt(kept.size()));
    }

    private byte[] change(byte[] input) {
        int at = random.nextInt(input.length + 1);
        int to = at + random.nextInt(input.length - at + 1);
        var start = cut(input, 0, at);
        return switch (random.nextInt(6)) {
            case 0 ->
                join(
                        start,
                        new byte[] {(byte) random.nextInt(256)},
                        cut(input, Math.min(at + 1, input.length), input.length));
            case 1 -> join(start, new byte[] {(byte) random.nextInt(256)}, cut(input, at, input.length));
            case 2 -> join(start, cut(input, to, input.length));
            case 3 -> join(start, cut(input, at, to), cut(input, at, input.length));
            case 4 ->
                join(
                        start,
                        TOKENS.get(random.nextInt(TOKENS.size())).getBytes(StandardCharsets.ISO_8859_1),
                        cut(input, at, input.length));
            default -> {
                var other = any();
                yield join(start, cut(other, random.nextInt(other.length + 1), other.length));
            }
        };
    }

    private static byte[] cut(byte[] input, int from, int to) {
        return Arrays.copyOfRange(input, from, to);
    }

    private static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
