package org.tarishi.core.dsn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.ReturnContent;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.DsnComposer.Mail;

/** Originals larger than the memory that is spent on them. */
class StreamingTest {

    private static final int LINES = 4_000_000;
    private static final String LINE = "sixty-four bytes of which each line of the body is made of..\r\n";

    private final AtomicInteger open = new AtomicInteger();

    /** A message that is nowhere whole. */
    private final class Endless extends InputStream {
        private final byte[] head;
        private final byte[] line = LINE.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        private long at;

        Endless(String header) {
            head = header.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            open.incrementAndGet();
        }

        @Override
        public int read() {
            long end = head.length + (long) LINES * line.length;
            if (at == end) {
                return -1;
            }
            long now = at++;
            return (now < head.length ? head[(int) now] : line[(int) ((now - head.length) % line.length)]) & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) {
            Objects.checkFromIndexSize(from, length, bytes.length);
            for (int i = 0; i < length; i++) {
                int b = read();
                if (b < 0) {
                    return i == 0 ? -1 : i;
                }
                bytes[from + i] = (byte) b;
            }
            return length;
        }

        @Override
        public void close() {
            open.decrementAndGet();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Subject: plain\r\n\r\n", "Subject: Grüße\r\n\r\n"})
    void aLargeOriginalGoesThroughAndIsNeverHeld(String header) throws Exception {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var composer = Samples.composer(Samples.settings(ReturnContent.FULL, 1 << 30, 65_536, true, ""));
        var mail =
                new Mail("A1", ReversePath.parse("<me@client.example>"), Samples.NOW, null, () -> new Endless(header));
        // Classes are loaded and templates read before it is counted.
        Samples.bytes(
                Samples.compose(Samples.composer(), Samples.mail(Samples.PLAIN), Samples.failed("a@example.net")));

        long before = threads.getCurrentThreadAllocatedBytes();
        var notification = Samples.compose(composer, mail, Samples.failed("you@example.net"));
        long composed = threads.getCurrentThreadAllocatedBytes() - before;
        long count = 0;
        var buffer = new byte[8192];
        try (var in = notification.open()) {
            for (int n; (n = in.read(buffer)) >= 0; ) {
                count += n;
            }
        }

        assertThat(count).isEqualTo(notification.size()).isGreaterThan((long) LINES * LINE.length());
        assertThat(composed).isLessThan(4 << 20);
        assertThat(open).hasValue(0);
    }

    @Test
    void closingItEarlyClosesTheOriginal() throws Exception {
        var composer = Samples.composer(Samples.settings(ReturnContent.FULL, 1 << 30, 65_536, true, ""));
        var mail =
                new Mail("A1", ReversePath.parse("<me@client.example>"), Samples.NOW, null, () -> new Endless("\r\n"));
        var notification = Samples.compose(composer, mail, Samples.failed("you@example.net"));

        try (var in = notification.open()) {
            in.readNBytes(100_000);
            assertThat(open).hasValue(1);
        }
        assertThat(open).hasValue(0);
    }

    @Test
    void itIsTheSameEachTimeItIsOpened() throws Exception {
        var notification = Samples.compose(
                Samples.composer(Samples.settings(ReturnContent.FULL, 1000, 65_536, true, "")),
                Samples.mail(Samples.PLAIN),
                Samples.failed("you@example.net"));
        assertThat(Samples.bytes(notification)).isEqualTo(Samples.bytes(notification));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 56, 57, 58, 113, 114, 115, 7295, 7296, 7297, 20_000})
    void base64IsAsLongAsSaidAndReadsBack(int length) throws Exception {
        var bytes = new byte[length];
        new java.util.SplittableRandom(length).nextBytes(bytes);
        try (var in = new Base64Lines(new java.io.ByteArrayInputStream(bytes))) {
            var coded = in.readAllBytes();
            assertThat(coded).hasSize((int) Base64Lines.size(length));
            assertThat(java.util.Base64.getMimeDecoder().decode(coded)).isEqualTo(bytes);
        }
    }
}
