package org.tarishi.core.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.MailState;
import org.tarishi.core.spi.RecipientState;
import org.tarishi.core.spi.StoredNote;

final class EntryTest {

    private static Entry entry() {
        var said = Reply.of(550, new EnhancedStatus(5, 1, 1), "no such", "user");
        var state = new MailState(
                List.of(
                        new RecipientState(RecipientState.Standing.FAILED, said, "mx.example", Mails.NOW),
                        RecipientState.PENDING,
                        new RecipientState(
                                RecipientState.Standing.PENDING, Reply.of(421, "later"), null, Instant.EPOCH)),
                Mails.NOW,
                3,
                9,
                "by hand",
                true,
                Map.of("own.note", new StoredNote(1, new byte[] {1})),
                Map.of("a", "b"));
        var recipients = List.of(
                Recipient.parse("<a@a.example>")
                        .withParameters(EsmtpParameters.of(Map.of("NOTIFY", "NEVER", "ORCPT", "rfc822;x@y"))),
                Recipient.parse("<b@a.example>"),
                Recipient.parse("<c@a.example>"));
        return new Entry(
                7,
                "c.1",
                Mails.NOW,
                ReversePath.parse("<Me@Sender.example>").withParameters(EsmtpParameters.of(Map.of("RET", "HDRS"))),
                "smtp",
                Map.of("x.y", new StoredNote(2, new byte[] {3, 4})),
                "A: b\r\n".getBytes(StandardCharsets.US_ASCII),
                new Entry.BodyRef(true, 12, 5_000_000_000L, 42, true, false),
                List.of(
                        new Entry.Mail(8, "c.1.1", "a.example", recipients, state),
                        new Entry.Mail(9, "c.1.2", "b.example", recipients, state.withHeld(null))));
    }

    @Test
    void whatTheIndexWantsIsReadAsItIsReadFromTheWhole() throws Exception {
        assertThat(Entry.readSummary(entry().write().toBytes())).isEqualTo(entry().summary());
    }

    @Test
    void isReadAsItWasWritten() throws Exception {
        var bytes = entry().write().toBytes();
        var read = Entry.read(bytes);
        assertThat(read.mails()).isEqualTo(entry().mails());
        assertThat(read.sender()).isEqualTo(entry().sender());
        assertThat(read.notes()).isEqualTo(entry().notes());
        assertThat(read.body()).isEqualTo(entry().body());
        assertThat(read.write().toBytes()).hasSameSizeAs(bytes);
    }

    @Test
    void oneThatIsCutAnywhereIsRefused() {
        var bytes = entry().write().toBytes();
        for (int length = 0; length < bytes.length; length++) {
            var cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> Entry.read(cut)).isInstanceOf(DamagedException.class);
            assertThatThrownBy(() -> Entry.readSummary(cut)).isInstanceOf(DamagedException.class);
        }
    }
}
