package org.tarishi.core.dsn;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.tarishi.core.dsn.Samples.PLAIN;
import static org.tarishi.core.dsn.Samples.compose;
import static org.tarishi.core.dsn.Samples.composer;
import static org.tarishi.core.dsn.Samples.failed;
import static org.tarishi.core.dsn.Samples.mail;
import static org.tarishi.core.dsn.Samples.recipient;
import static org.tarishi.core.dsn.Samples.report;
import static org.tarishi.core.dsn.Samples.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.api.ReturnContent;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.DsnComposer.Action;
import org.tarishi.core.spi.DsnComposer.Mail;
import org.tarishi.core.spi.DsnComposer.Remote;
import org.tarishi.core.spi.DsnComposer.Report;

class ComposerTest {

    private static final Settings FULL = settings(ReturnContent.FULL, 1 << 20, 65_536, true, "");

    // ---- envelope and header

    @Test
    void itGoesFromNobodyToTheSenderAndAsksForNoNotification() throws Exception {
        var notification = compose(composer(), mail(PLAIN), failed("you@example.net"));

        assertThat(notification.sender()).isEqualTo(ReversePath.NULL);
        assertThat(notification.recipient()).isEqualTo(recipient("me@client.example", "NOTIFY=NEVER"));
    }

    @Test
    void itsHeaderTellsWhatItIsAndWhatItIsAbout() throws Exception {
        var notification = compose(composer(), mail(PLAIN), failed("you@example.net"));
        var parsed = Parsed.of(notification);

        assertThat(parsed.header("Date")).isEqualTo("Sat, 28 Nov 2026 10:00:00 +0000");
        assertThat(parsed.header("From")).isEqualTo("\"Mail Delivery System\" <MAILER-DAEMON@mail.example.com>");
        assertThat(parsed.header("To")).isEqualTo("<me@client.example>");
        assertThat(parsed.header("Subject")).isEqualTo("Undelivered mail: Hello");
        assertThat(parsed.header("Auto-Submitted")).isEqualTo("auto-replied");
        assertThat(parsed.header("References")).isEqualTo("<1@client.example>");
        assertThat(parsed.header("In-Reply-To")).isEqualTo("<1@client.example>");
        assertThat(parsed.header("Message-ID"))
                .isEqualTo("<" + notification.messageId() + ">")
                .matches("<[0-9a-f]{32}@mail\\.example\\.com>");
        assertThat(parsed.header("Content-Type"))
                .startsWith("multipart/report; report-type=delivery-status; boundary=");
        assertThat(parsed.parts())
                .extracting(part -> part.getMimeType())
                .containsExactly("multipart/alternative", "message/delivery-status", "text/rfc822-headers");
    }

    // ---- the part for programs

    @Test
    void eachFieldOfAFailureIsThere() throws Exception {
        var mail = mail("<me@client.example>", PLAIN, "ENVID=QQ314159+2B1");
        var parsed =
                Parsed.of(compose(composer(), mail, failed("you@example.net", "ORCPT=rfc822;You+2Bx@Example.org")));

        assertThat(parsed.status())
                .containsExactly(
                        Map.of(
                                "Original-Envelope-Id", "QQ314159+1",
                                "Reporting-MTA", "dns; mail.example.com",
                                "Received-From-MTA", "dns; client.example",
                                "Arrival-Date", "Sat, 28 Nov 2026 09:00:00 +0000"),
                        Map.of(
                                "Original-Recipient", "rfc822; You+x@Example.org",
                                "Final-Recipient", "rfc822; you@example.net",
                                "Action", "failed",
                                "Status", "5.1.1",
                                "Remote-MTA", "dns; mx.example.net",
                                "Diagnostic-Code", "smtp; 550 5.1.1 No such user here",
                                "Last-Attempt-Date", "Sat, 28 Nov 2026 09:59:00 +0000",
                                "Final-Log-ID", "A1B2.1.1"));
    }

    @ParameterizedTest
    @EnumSource(Action.class)
    void eachActionHasItsWord(Action action) throws Exception {
        var reply = Reply.of(action == Action.FAILED ? 550 : action == Action.DELAYED ? 450 : 250, "so it is");
        var parsed = Parsed.of(compose(composer(), mail(PLAIN), report(recipient("you@example.net"), action, reply)));
        var fields = parsed.status().get(1);

        assertThat(fields).containsEntry("Action", StatusPart.word(action));
        assertThat(fields.get("Diagnostic-Code")).isEqualTo("smtp; " + reply.code() + " so it is");
        assertThat(fields.containsKey("Will-Retry-Until")).isEqualTo(action == Action.DELAYED);
        assertThat(parsed.header("Subject"))
                .isEqualTo(
                        switch (action) {
                            case FAILED -> "Undelivered mail: Hello";
                            case DELAYED -> "Delayed mail: Hello";
                            default -> "Delivered mail: Hello";
                        });
    }

    @Test
    void allRecipientsOfAMailAreToldInOneAndTheWorstNamesIt() throws Exception {
        var parsed = Parsed.of(compose(
                composer(),
                mail(PLAIN),
                report(recipient("a@example.net", "NOTIFY=SUCCESS"), Action.RELAYED, Reply.of(250, "ok")),
                report(recipient("b@example.net"), Action.DELAYED, Reply.of(450, "later")),
                failed("c@example.net")));

        assertThat(parsed.status()).hasSize(4);
        assertThat(parsed.status().stream().skip(1).map(fields -> fields.get("Action")))
                .containsExactly("relayed", "delayed", "failed");
        assertThat(parsed.header("Subject")).startsWith("Undelivered mail");
        assertThat(parsed.people()).contains("<a@example.net>", "<b@example.net>", "<c@example.net>");
    }

    @Test
    void whereNoHostHasSpokenTheReasonIsOurOwn() throws Exception {
        var report = new Report(
                recipient("you@example.net"),
                Action.FAILED,
                new EnhancedStatus(5, 4, 7),
                "The mail could not be delivered within 3 days.",
                null,
                null,
                null);
        var fields =
                Parsed.of(compose(composer(), mail(PLAIN), report)).status().get(1);

        assertThat(fields)
                .containsEntry("Status", "5.4.7")
                .containsEntry("Diagnostic-Code", "x-tarishi; The mail could not be delivered within 3 days.")
                .doesNotContainKeys("Remote-MTA", "Last-Attempt-Date", "Original-Recipient");
    }

    @Test
    void whatWasNotGivenIsNotMadeUp() throws Exception {
        var mail = new Mail("A1", ReversePath.parse("<me@client.example>"), Samples.NOW, null, Samples.content(PLAIN));
        assertThat(Parsed.of(compose(composer(), mail, failed("you@example.net")))
                        .status()
                        .getFirst())
                .containsOnlyKeys("Reporting-MTA", "Arrival-Date");
    }

    // ---- what comes back

    @ParameterizedTest(name = "RET={0}, setting {1}, {2}: whole {3}")
    @CsvSource({
        "FULL, HDRS, FAILED, true",
        "HDRS, FULL, FAILED, false",
        "-, FULL, FAILED, true",
        "-, HDRS, FAILED, false",
        "FULL, FULL, DELAYED, false",
        "FULL, FULL, DELIVERED, false",
        "nonsense, FULL, FAILED, true",
    })
    void retDecidesOfFailuresAndASettingWhereItIsSilent(String ret, ReturnContent setting, Action action, boolean whole)
            throws Exception {
        var mail = ret.equals("-") ? mail(PLAIN) : mail("<me@client.example>", PLAIN, "RET=" + ret);
        var parsed = Parsed.of(compose(
                composer(settings(setting, 1000, 65_536, true, "")),
                mail,
                report(recipient("you@example.net", "NOTIFY=SUCCESS,FAILURE,DELAY"), action, null)));

        var last = parsed.part(2);
        assertThat(last.getMimeType()).isEqualTo(whole ? "message/rfc822" : "text/rfc822-headers");
        assertThat(Parsed.text(last)).isEqualTo(whole ? PLAIN : PLAIN.substring(0, PLAIN.indexOf("\r\n\r\n") + 2));
        assertThat(parsed.people()).contains(whole ? "Your mail is attached." : "The header of your mail is attached.");
    }

    @Test
    void ofALargeMailOnlyTheHeaderComesBackAndItIsSaidWhy() throws Exception {
        var composer = composer(settings(ReturnContent.FULL, PLAIN.length() - 1, 65_536, true, ""));
        var parsed = Parsed.of(compose(composer, mail(PLAIN), failed("you@example.net")));

        assertThat(parsed.part(2).getMimeType()).isEqualTo("text/rfc822-headers");
        assertThat(parsed.people()).contains("The whole of it, " + PLAIN.length() + " bytes, is too large.");
    }

    @Test
    void ofALongHeaderWholeFieldsComeBack() throws Exception {
        var original = "Subject: x\r\nX-One: " + "1".repeat(990) + "\r\n\tfolded, and long\r\nX-Two: 2\r\n\r\n";
        var composer = composer(settings(ReturnContent.HDRS, 0, 1024, true, ""));
        var parsed = Parsed.of(compose(composer, mail(original), failed("you@example.net")));

        assertThat(Parsed.text(parsed.part(2))).isEqualTo("Subject: x\r\n");
        assertThat(parsed.people()).contains("Its last fields are left out.");
    }

    @Test
    void eightBitContentComesBackAsItIsAndIsDeclared() throws Exception {
        var original = PLAIN + "Grüße\r\n";
        var notification = compose(composer(FULL), mail(original), failed("you@example.net"));
        var parsed = Parsed.of(notification);

        assertThat(notification.sender().parameters()).isEqualTo(Samples.parameters("BODY=8BITMIME"));
        assertThat(parsed.header("Content-Transfer-Encoding")).isEqualTo("8bit");
        assertThat(parsed.part(2).getContentTransferEncoding()).isEqualTo("8bit");
        assertThat(Parsed.text(parsed.part(2))).isEqualTo(original);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bare\nline", "bare\rreturn", "nul\0", "LONG", "ends with\r"})
    void whatCantStandInAMessageAsItIsComesBackAsHeaderOnly(String body) throws Exception {
        var original = PLAIN + (body.equals("LONG") ? "x".repeat(999) : body);
        var parsed = Parsed.of(compose(composer(FULL), mail(original), failed("you@example.net")));

        assertThat(parsed.part(2).getMimeType()).isEqualTo("text/rfc822-headers");
        assertThat(parsed.people().replace("\r\n", " ")).contains("is of a form that not every host takes.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-A: bare\nline\r\n", "X-A: nul\0\r\n", "X-A: \u00fc\r\n", "LONG", "no colon at all\r\n"})
    void anyHeaderComesBackInAPartThatIsWellFormed(String field) throws Exception {
        var original =
                ("Subject: x\r\n" + (field.equals("LONG") ? "X-A: " + "x".repeat(2000) + "\r\n" : field) + "\r\nbody");
        var mail = new Mail(
                "A1",
                ReversePath.parse("<me@client.example>"),
                Samples.NOW,
                null,
                Samples.content(original.getBytes(ISO_8859_1)));
        var parsed = Parsed.of(compose(composer(), mail, failed("you@example.net")));

        assertThat(new String(Parsed.content(parsed.part(2)), ISO_8859_1).replace("\r\n", "\n"))
                .isEqualTo(
                        original.substring(0, original.indexOf("\r\n\r\n") + 2).replace("\r\n", "\n"));
    }

    @Test
    void anOriginalCantEndItsPart() throws Exception {
        var first = new String(Samples.bytes(compose(composer(FULL), mail(PLAIN), failed("you@example.net"))), UTF_8);
        var boundary = first.replaceAll("(?s).*report-type=delivery-status;\\s+boundary=\"([0-9a-f]+)\".*", "$1");
        // Whoever wrote the original can only know boundaries of the past.
        var hostile = PLAIN + "--" + boundary + "--\r\nContent-Type: text/html\r\n\r\n<script>\r\n";
        var composer =
                new Composer(FULL, Templates.shipped(), Samples.HOST, Samples.CLOCK, new java.util.SplittableRandom(8));
        var parsed = Parsed.of(compose(composer, mail(hostile), failed("you@example.net")));

        assertThat(parsed.parts()).hasSize(3);
        assertThat(Parsed.text(parsed.part(2))).isEqualTo(hostile);
    }

    @Test
    void aMailWithoutHeaderOrWithoutAnythingIsNoTrouble() throws Exception {
        for (var original : List.of("", "\r\n", "\r\nbody", "Subject: only", "x")) {
            for (var settings : List.of(FULL, settings())) {
                var parsed = Parsed.of(compose(composer(settings), mail(original), failed("you@example.net")));
                assertThat(parsed.parts()).hasSize(3);
            }
        }
    }

    // ---- UTF-8

    @Test
    void anAddressBeyondAsciiIsToldInAsciiToASenderWithinIt() throws Exception {
        var notification =
                compose(composer(), mail(PLAIN), failed("möwe@bücher.example", "ORCPT=utf-8;\\x{C4}pfel@example.org"));
        var parsed = Parsed.of(notification);

        assertThat(notification.sender().parameters().isEmpty()).isTrue();
        assertThat(parsed.part(1).getMimeType()).isEqualTo("message/delivery-status");
        assertThat(parsed.status().get(1))
                .containsEntry("Final-Recipient", "utf-8; m\\x{F6}we@b\\x{FC}cher.example")
                .containsEntry("Original-Recipient", "utf-8; \\x{C4}pfel@example.org");
        assertThat(parsed.people()).contains("<möwe@bücher.example>", "sent to: <Äpfel@example.org>");
    }

    @Test
    void aSenderBeyondAsciiIsToldInUtf8() throws Exception {
        var original = "Subject: Grüße\r\n\r\nGrüße\r\n";
        var notification = compose(
                composer(FULL),
                mail("<ich@client.example>".replace("ich", "mö"), original, "SMTPUTF8"),
                failed("möwe@example.net"),
                failed("plain@bücher.example"));
        var parsed = Parsed.of(notification);
        var text = new String(parsed.bytes, UTF_8);

        assertThat(notification.sender().parameters()).isEqualTo(Samples.parameters("BODY=8BITMIME", "SMTPUTF8"));
        assertThat(text).contains("\r\nTo: <mö@client.example>\r\n");
        assertThat(parsed.part(1).getMimeType()).isEqualTo("message/global-delivery-status");
        assertThat(parsed.part(2).getMimeType()).isEqualTo("message/global");
        assertThat(text)
                .contains("Final-Recipient: utf-8; möwe@example.net\r\n")
                .contains("Final-Recipient: rfc822; plain@xn--bcher-kva.example\r\n")
                .contains("\r\n\r\n" + original);
        assertThat(parsed.header("Subject")).isEqualTo("Undelivered mail: Grüße");
    }

    @Test
    void aHeaderBeyondAsciiGoesBackToASenderBeyondAsciiAsItIs() throws Exception {
        var parsed = Parsed.of(compose(
                composer(),
                mail("<mö@client.example>", "Subject: Grüße\r\n\r\nbody", "SMTPUTF8"),
                failed("you@example.net")));

        assertThat(parsed.part(2).getMimeType()).isEqualTo("message/global-headers");
        assertThat(Parsed.text(parsed.part(2))).isEqualTo("Subject: Grüße\r\n");
    }

    @Test
    void aWholeMailWithHeaderBeyondAsciiGoesEncodedToASenderWithinIt() throws Exception {
        var original = "Subject: Grüße\r\n\r\n" + "Zeile\r\n".repeat(3000);
        var notification = compose(composer(FULL), mail(original), failed("you@example.net"));
        var parsed = Parsed.of(notification);

        assertThat(notification.sender().parameters().isEmpty()).isTrue();
        assertThat(parsed.part(2).getMimeType()).isEqualTo("message/global");
        assertThat(parsed.part(2).getContentTransferEncoding()).isEqualTo("base64");
        assertThat(Parsed.text(parsed.part(2))).isEqualTo(original);
    }

    // ---- hostile text

    static final List<String> HOSTILE = List.of(
            "x\r\nBcc: victim@example.org",
            "x\n\nAction: delivered",
            "x\r\n.\r\nMAIL FROM:<a@b>",
            "<script>alert('1')</script>",
            "</blockquote><a href=\"http://evil.example\">",
            "\u202etxt.exe",
            "\u2028line\u2029paragraph",
            "a\0b",
            "\ud800 half",
            "{recipients}{nonsense}",
            "=?utf-8?q?=0D=0ABcc:_x?=",
            "%s%n$1\\1",
            "x".repeat(100_000),
            "word ".repeat(30_000),
            "\u00fc".repeat(5000));

    static List<String> hostile() {
        return HOSTILE;
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("hostile")
    void nothingThatAnybodySaysBreaksOut(String said) throws Exception {
        var mail = new Mail(
                said,
                ReversePath.parse("<me@client.example>").withParameters(Samples.parameters("ENVID=" + xtext(said))),
                Samples.NOW,
                said,
                Samples.content("Message-ID: <" + said + ">\r\nSubject: " + said + "\r\n\r\nbody"));
        var report = new Report(
                recipient("you@example.net", "ORCPT=rfc822;" + xtext(said)),
                Action.FAILED,
                new EnhancedStatus(5, 0, 0),
                said,
                new Remote(said, reply(said)),
                Samples.NOW,
                Samples.NOW);
        var parsed = Parsed.of(compose(composer(), mail, report));

        assertThat(parsed.header("Bcc")).isEmpty();
        assertThat(parsed.status()).hasSize(2);
        assertThat(parsed.status().get(1)).containsEntry("Action", "failed").doesNotContainKey("Bcc");
        assertThat(parsed.html()).doesNotContain("<script", "evil.example\">", "\u202e", "\0");
        assertThat(parsed.people()).doesNotContain("\u202e", "\u2028", "\0");
        assertThat(parsed.bytes.length).isLessThan(150_000);
    }

    private static String xtext(String text) {
        var xtext = org.tarishi.api.Xtext.encode(text);
        return xtext.substring(0, Math.min(xtext.length(), 3000));
    }

    private static Reply reply(String said) {
        var line = said.codePoints()
                .filter(c -> !Character.isISOControl(c) && c != 0x2028 && c != 0x2029)
                .limit(100)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return new Reply(550, null, java.util.Collections.nCopies(90, line));
    }

    @Test
    void aReplyIsCutToALength() throws Exception {
        var reply = new Reply(550, null, java.util.Collections.nCopies(90, "r".repeat(490)));
        var fields = Parsed.of(
                        compose(composer(), mail(PLAIN), report(recipient("you@example.net"), Action.FAILED, reply)))
                .status()
                .get(1);
        assertThat(fields.get("Diagnostic-Code")).endsWith(OneLine.CUT).hasSizeLessThan(1100);
    }

    @Test
    void aMillionRecipientsMakeNoEndlessText() throws Exception {
        var reports = new ArrayList<Report>();
        for (int i = 0; i < 500; i++) {
            reports.add(failed("user" + i + "@example.net"));
        }
        var parsed = Parsed.of(compose(composer(), mail(PLAIN), reports.toArray(Report[]::new)));

        assertThat(parsed.status()).hasSize(501);
        assertThat(parsed.people())
                .contains("<user99@example.net>", "And 400 more, which the attached report names.")
                .doesNotContain("<user100@example.net>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<>", "no brackets", "<a b@c>", "<a@b> <c@d>", "<\u00fc@b>"})
    void anIdOfTheOriginalThatIsNoneIsNotReferredTo(String id) throws Exception {
        var parsed =
                Parsed.of(compose(composer(), mail("Message-ID: " + id + "\r\n\r\nbody"), failed("you@example.net")));
        assertThat(parsed.header("References")).isEmpty();
        assertThat(parsed.header("In-Reply-To")).isEmpty();
    }

    // ---- HTML and image

    @Test
    void htmlIsLeftOutWhereASettingSaysSo() throws Exception {
        var composer = composer(settings(ReturnContent.HDRS, 0, 65_536, false, ""));
        var parsed = Parsed.of(compose(composer, mail(PLAIN), failed("you@example.net")));
        assertThat(parsed.part(0).getMimeType()).isEqualTo("text/plain");
    }

    @Test
    void anImageStandsBesideTheHtmlThatShowsIt() throws Exception {
        var image = new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 1, 2, '\r', '\n'};
        var templates = Templates.of(
                Map.of(
                        "failed.txt", "Subject: {subject}\n\ntext".getBytes(UTF_8),
                        "failed.html", "<img src='{image}'>".getBytes(UTF_8),
                        "logo.png", image),
                "logo.png");
        var composer = new Composer(
                settings(ReturnContent.HDRS, 0, 65_536, true, "logo.png"),
                templates,
                Samples.HOST,
                Samples.CLOCK,
                new java.util.SplittableRandom(7));
        var parsed = Parsed.of(compose(composer, mail(PLAIN), failed("you@example.net")));

        var alternative =
                ((org.apache.james.mime4j.dom.Multipart) parsed.part(0).getBody()).getBodyParts();
        assertThat(alternative)
                .extracting(part -> part.getMimeType())
                .containsExactly("text/plain", "multipart/related");
        var related =
                ((org.apache.james.mime4j.dom.Multipart) alternative.get(1).getBody()).getBodyParts();
        assertThat(Parsed.content(related.get(1))).isEqualTo(image);
        var id = related.get(1).getHeader().getField("Content-ID").getBody();
        assertThat(parsed.html()).isEqualTo("<img src='cid:" + id.substring(1, id.length() - 1) + "'>");
    }

    @Test
    void theNameInFromMayBeBeyondAscii() throws Exception {
        var d = settings();
        for (var name : List.of("Postamt Köln", "a \"quoted\" \\ name", "")) {
            var settings = new Settings(
                    d.host(),
                    "bounces@example.org",
                    name,
                    d.returnContent(),
                    0,
                    1024,
                    100,
                    1,
                    "dsn",
                    true,
                    "",
                    d.checkEvery());
            var from = Parsed.of(compose(composer(settings), mail(PLAIN), failed("you@example.net")))
                    .message
                    .getFrom();
            assertThat(from).hasSize(1);
            assertThat(from.getFirst().getAddress()).isEqualTo("bounces@example.org");
            assertThat(
                            name.isEmpty()
                                    ? from.getFirst().getName() == null
                                    : name.equals(from.getFirst().getName()))
                    .as(name)
                    .isTrue();
        }
    }
}
