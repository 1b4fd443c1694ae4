package org.tarishi.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.NoteCodec;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.hook.HookResult;
import org.tarishi.core.queue.RamQueueStore;
import org.tarishi.core.spi.Intake;
import org.tarishi.core.spi.MailerOptions;
import org.tarishi.core.spi.OutboundQueue.Submitted;
import org.tarishi.core.spi.QueueStoreException;

/** The way into the queue. */
final class SubmissionTest {

    private static final String SENDER = "<s@sender.example>";

    @TempDir
    private Path folder;

    private final RamQueueStore store = new RamQueueStore();
    private final World.Time time = new World.Time();
    private World world;

    @BeforeEach
    void make() {
        world = new World(store, time, folder, new ArrayList<>(), "events", "");
    }

    private static Reply reply(Submitted submitted) {
        return switch (submitted) {
            case Submitted.Queued(var reply) -> reply;
            case Submitted.Refused(var reply) -> reply;
            case Submitted.Denied(var verdict) -> throw new AssertionError(verdict);
        };
    }

    private String text(String id) throws IOException {
        var content = store.open(world.mail(id).orElseThrow().number()).orElseThrow();
        return new String(content.header(), StandardCharsets.US_ASCII) + "\r\n"
                + new String(content.openBody(0, content.bodySize()).readAllBytes(), StandardCharsets.US_ASCII);
    }

    @Test
    void recipientsOfOneDomainShareAMail() {
        var said = world.submit("C1.1", SENDER, "<a@d.example>", "<b@E.example>", "<c@D.example>");
        assertThat(reply(said).toString()).isEqualTo("250 2.0.0 Message Queued (C1.1)");
        assertThat(world.mail("C1.1.1").orElseThrow().recipients()).hasSize(2);
        assertThat(world.mail("C1.1.1").orElseThrow().domain()).isEqualTo("d.example");
        assertThat(world.mail("C1.1.2").orElseThrow().domain()).isEqualTo("e.example");
        assertThat(store.stats().messages()).isEqualTo(1);
    }

    @Test
    void eachRecipientHasAMailOfItsOwnWhereThatIsSet() {
        world.configure("alwaysSplit", true);
        world.submit("C1.1", SENDER, "<a@d.example>", "<b@d.example>");
        assertThat(world.mail("C1.1.1").orElseThrow().recipients()).hasSize(1);
        assertThat(world.mail("C1.1.2").orElseThrow().recipients()).hasSize(1);
    }

    @Test
    void whatAMessageLacksIsAddedAndReceivedStandsOnTop() throws Exception {
        world.submit("C1.1", SENDER, "<a@d.example>");
        assertThat(text("C1.1.1"))
                .startsWith("Received: (Tarishi outbound); ")
                .contains("\r\nMessage-ID: <C1.1@host.example>\r\n")
                .contains("\r\nDate: Sat, 28 Nov 2026 ")
                .endsWith("Subject: hi\r\n\r\nbody\r\n");
    }

    @Test
    void receivedIsLeftOutWhereThatIsSet() throws Exception {
        world.configure("received", "disabled", "hostname", "other.example");
        world.submit("C1.1", SENDER, "<a@d.example>");
        assertThat(text("C1.1.1")).doesNotContain("Received").contains("<C1.1@other.example>");
    }

    @Test
    void aStoreThatRefusesGivesItsOwnTemporaryReplyAndNothingIsTried() {
        store.refuse(QueueStoreException.Reason.FULL);
        assertThat(reply(world.submit("C1.1", SENDER, "<a@d.example>")).toString())
                .startsWith("452 4.3.1 ");
        store.refuse(QueueStoreException.Reason.FAILING);
        assertThat(reply(world.submit("C1.2", SENDER, "<a@d.example>")).code()).isEqualTo(451);
        store.refuse(null);
        assertThat(world.run()).isZero();
    }

    @Test
    void aPluginMayRefuseOrChangeASubmission() {
        world.plugins.onSubmit = submission -> HookResult.deny("not this");
        assertThat(world.submit("C1.1", SENDER, "<a@d.example>")).isInstanceOf(Submitted.Denied.class);
        assertThat(store.stats().mails()).isZero();
        world.plugins.onSubmit = submission -> {
            submission.replaceSender(ReversePath.parse("<other@sender.example>"));
            submission.recipients().add(Recipient.parse("<more@f.example>"));
            submission.message().headers().append("X-Seen", "yes");
            return HookResult.CONTINUE;
        };
        world.submit("C1.2", SENDER, "<a@d.example>");
        assertThat(world.mail("C1.2.2").orElseThrow().sender().toString()).isEqualTo("<other@sender.example>");
    }

    @Test
    void aMessageNobodyIsLeftForIsTakenAndGoesNowhere() {
        world.plugins.onSubmit = submission -> {
            submission.recipients().remove(Recipient.parse("<a@d.example>"));
            return HookResult.CONTINUE;
        };
        assertThat(reply(world.submit("C1.1", SENDER, "<a@d.example>")).code()).isEqualTo(250);
        assertThat(store.stats().mails()).isZero();
    }

    @Test
    void aSenderMayHaveMailHeldAndAnOperatorMakesItDueByNoRetry() {
        var sender = ReversePath.parse(SENDER).withParameters(EsmtpParameters.of(Map.of("HOLDFOR", "3600")));
        world.submit("C1.1", sender, List.of(Recipient.parse("<a@d.example>")));
        assertThat(world.run()).isZero();
        assertThat(world.dispatcher.retry((String) null)).isZero();
        assertThat(world.runAfter("PT59M")).isZero();
        assertThat(world.runAfter("PT1M")).isEqualTo(1);
    }

    @Test
    void aHoldIsNeverLongerThanWasOffered() {
        world.configure("longestHold", "PT1H");
        var until = EsmtpParameters.of(Map.of("HOLDUNTIL", "2027-11-28T12:00:00Z"));
        world.submit(
                "C1.1", ReversePath.parse(SENDER).withParameters(until), List.of(Recipient.parse("<a@d.example>")));
        assertThat(world.mail("C1.1.1").orElseThrow().state().due())
                .isEqualTo(time.instant().plus(Duration.ofHours(1)));
    }

    @Test
    void aPriorityIsKeptWhereThereArePriorities() {
        var urgent = ReversePath.parse(SENDER).withParameters(EsmtpParameters.of(Map.of("MT-PRIORITY", "4")));
        world.submit("C1.1", urgent, List.of(Recipient.parse("<a@d.example>")));
        assertThat(world.mail("C1.1.1").orElseThrow().state().priority()).isEqualTo(4);
        world.configure("priorities", false);
        world.submit("C1.2", urgent, List.of(Recipient.parse("<a@d.example>")));
        assertThat(world.mail("C1.2.1").orElseThrow().state().priority()).isZero();
    }

    @Test
    void aMessageThatGoesInCirclesIsRefusedForGood() {
        world.configure("maxHops", 10, "received", "disabled");
        world.plugins.onSubmit = submission -> HookResult.CONTINUE;
        var circles = new StringBuilder();
        for (int i = 0; i < 11; i++) {
            circles.append("Received: by x\r\n");
        }
        assertThat(send(circles + "Subject: x\r\n\r\nx\r\n", MailerOptions.AS_IT_IS)
                        .toString())
                .startsWith("554 5.4.6");
    }

    // ---- programs ----

    private Reply send(String content, MailerOptions options) {
        try {
            return world.programMail
                    .send(
                            ReversePath.parse(SENDER),
                            List.of(Recipient.parse("<a@d.example>")),
                            new ByteArrayInputStream(content.getBytes(StandardCharsets.US_ASCII)),
                            options)
                    .reply();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private org.tarishi.core.spi.QueuedMail only() {
        var numbers = new ArrayList<Long>();
        store.visit(0, 100, row -> numbers.add(row.number()));
        assertThat(numbers).hasSize(1);
        return store.read(numbers.getFirst()).orElseThrow();
    }

    @Test
    void aProgramsOptionsAreCarriedOut() throws Exception {
        var key = NoteKey.of("test.note", String.class, new NoteCodec<>() {

            @Override
            public int version() {
                return 2;
            }

            @Override
            public byte[] encode(String value) {
                return value.getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public String decode(int version, byte[] bytes) {
                return new String(bytes, StandardCharsets.UTF_8);
            }
        });
        var reply = send(
                "Message-ID: <old@x>\r\nDate: long ago\r\nSubject: s\r\n\r\n..dot\r\n",
                MailerOptions.AS_IT_IS
                        .dotStuffed()
                        .removeMessageId()
                        .removeDate()
                        .origin("report")
                        .note(key, "n")
                        .requireTls());
        assertThat(reply.code()).isEqualTo(250);
        var mail = only();
        assertThat(mail.origin()).isEqualTo("report");
        assertThat(mail.state().tlsRequired()).isTrue();
        assertThat(mail.state().notes()).containsOnlyKeys("test.note");
        assertThat(text(mail.id()))
                .doesNotContain("old@x")
                .doesNotContain("long ago")
                .endsWith("\r\n\r\n.dot\r\n");
    }

    @Test
    void whatIsWrongWithAProgramsMessageIsSaidByItsReply() {
        world.messages.fault = Intake.Fault.STORAGE;
        assertThat(send("Subject: s\r\n\r\nx\r\n", MailerOptions.AS_IT_IS).code())
                .isEqualTo(452);
        world.messages.fault = null;
        world.plugins.onSubmit = submission -> HookResult.denySoft("later");
        assertThat(send("Subject: s\r\n\r\nx\r\n", MailerOptions.AS_IT_IS).toString())
                .startsWith("450 ")
                .endsWith(" later");
    }
}
