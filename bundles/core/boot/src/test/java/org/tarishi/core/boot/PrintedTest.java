package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PrintedTest {

    private static final byte[] TEXT = "text".getBytes(StandardCharsets.UTF_8);

    /** Takes one write, and no more. */
    private static final class Failing extends OutputStream {

        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final String reason;
        private int writes;

        Failing(String reason) {
            this.reason = reason;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            if (++writes > 1) {
                throw new IOException(reason);
            }
            taken.write(octets, from, length);
        }
    }

    private static Printed print(Failing to) throws IOException {
        var printed = new Printed(to);
        for (int i = 0; i < 3; i++) {
            printed.write(TEXT);
            printed.flush();
        }
        assertThat(to.taken.toByteArray()).isEqualTo(TEXT);
        assertThat(to.writes).isEqualTo(2);
        return printed;
    }

    @Test
    void aReaderThatHasSeenEnoughIsNoFault() throws Exception {
        print(new Failing("Broken pipe")).check();
    }

    @Test
    void aDiskThatIsFullIsToldBehindTheCommand() throws Exception {
        var printed = print(new Failing("No space left on device"));

        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(printed::check)
                .withMessage("the output is not complete: No space left on device")
                .satisfies(refusal -> assertThat(refusal.exitCode()).isEqualTo(Refusal.FILES));
    }
}
