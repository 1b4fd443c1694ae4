package org.tarishi.core.spi;

import java.nio.charset.StandardCharsets;
import org.tarishi.api.NoteCodec;
import org.tarishi.api.NoteKey;

/** Notes by which one core bundle tells another something of a mail. */
public interface MailMarks {

    /**
     * A mail that is to arrive whatever is wrong with the TLS of its host, such as a report on just that (RFC 8460 section 3): what DANE and
     * MTA-STS demand is not heeded for it. The value is why.
     */
    NoteKey<String> TLS_OPTIONAL = NoteKey.of("core.tlsOptional", String.class, new Word());

    /** The form of a word of ASCII. */
    record Word() implements NoteCodec<String> {

        @Override
        public int version() {
            return 0;
        }

        @Override
        public byte[] encode(String value) {
            return value.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String decode(int version, byte[] bytes) {
            return new String(bytes, StandardCharsets.US_ASCII);
        }
    }
}
