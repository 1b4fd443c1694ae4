package org.tarishi.core.tlsrpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.Reply;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.core.spi.MailMarks;
import org.tarishi.core.spi.TlsResults.Fault;
import org.tarishi.core.spi.TlsResults.Kind;
import org.tarishi.core.spi.TlsResults.Policy;
import org.tarishi.core.spi.TlsResults.Problem;
import org.tarishi.core.spi.TlsResults.Result;
import org.tarishi.testing.FakeConfiguration;
import org.tarishi.testing.FakeMailer;

/** What is counted on one day and told on the next. */
class TlsReportsTest {

    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
    private static final Policy STS = new Policy(
            Kind.STS,
            "a.example",
            List.of("version: STSv1", "mode: enforce", "mx: *.a.example", "max_age: 86400"),
            List.of("*.a.example"));
    private static final Policy NONE = new Policy(Kind.NONE, "a.example", List.of(), List.of());
    private static final Problem EXPIRED =
            new Problem(Fault.CERTIFICATE_EXPIRED, "mx.a.example", "192.0.2.1", "198.51.100.1", "it \"has\" expired");

    /** A clock that the test owns. */
    private static final class TestClock extends Clock {
        private Instant now = NOON;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private final FakeMailer mailer = new FakeMailer();
    private final TextDns dns = new TextDns();
    private final List<String> posted = new ArrayList<>();
    private final Map<String, Object> values = new HashMap<>(Map.of("contact", "tls@sender.example"));
    private @Nullable IOException postFailure;
    private TlsReports reports;

    @BeforeEach
    void start() {
        dns.texts.put("_smtp._tls.a.example", List.of("\"v=TLSRPTv1; rua=mailto:reports@a.example\""));
        reports = made();
    }

    private TlsReports made() {
        return new TlsReports(
                settings(),
                folder.resolve("tlsrpt"),
                mailer,
                dns,
                (site, report, trusted) -> {
                    if (postFailure != null) {
                        throw postFailure;
                    }
                    posted.add(site + " " + text(report));
                },
                clock,
                new Random(1));
    }

    private Settings settings() {
        return new Settings(FakeConfiguration.of(Config.class, values));
    }

    private static String text(byte[] compressed) throws IOException {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private void tell(Policy policy, @Nullable Problem problem) {
        reports.told(new Result("a.example", policy, Optional.ofNullable(problem)));
    }

    private void at(String time) {
        clock.now = Instant.parse(time);
        reports.step();
    }

    /** The report in a mail. */
    private static String report(FakeMailer.Sent sent) throws IOException {
        var match = Pattern.compile("filename=\"[^\"]*\"\r\n\r\n([A-Za-z0-9+/=\r\n]*)")
                .matcher(sent.content());
        assertThat(match.find()).as(sent.content()).isTrue();
        return text(Base64.getMimeDecoder().decode(match.group(1)));
    }

    @Test
    void whatWasToldOfADayIsReportedOnTheNext() throws Exception {
        tell(STS, null);
        tell(STS, null);
        tell(STS, EXPIRED);

        at("2026-11-28T23:59:00Z");
        assertThat(mailer.sent()).isEmpty();
        at("2026-11-29T04:00:00Z");

        var sent = mailer.sent();
        assertThat(sent).hasSize(1);
        assertThat(report(sent.getFirst()))
                .isEqualTo(
                        "{\"organization-name\":\"sender.example\","
                                + "\"date-range\":{\"start-datetime\":\"2026-11-28T00:00:00Z\",\"end-datetime\":\"2026-11-28T23:59:59Z\"},"
                                + "\"contact-info\":\"tls@sender.example\",\"report-id\":\"2026-11-28.a.example@sender.example\","
                                + "\"policies\":[{\"policy\":{\"policy-type\":\"sts\",\"policy-string\":[\"version: STSv1\",\"mode: enforce\","
                                + "\"mx: *.a.example\",\"max_age: 86400\"],\"policy-domain\":\"a.example\",\"mx-host\":[\"*.a.example\"]},"
                                + "\"summary\":{\"total-successful-session-count\":2,\"total-failure-session-count\":1},"
                                + "\"failure-details\":[{\"result-type\":\"certificate-expired\",\"sending-mta-ip\":\"198.51.100.1\",\"receiving-mx-hostname\":\"mx.a.example\","
                                + "\"receiving-ip\":\"192.0.2.1\",\"failed-session-count\":1,\"failure-reason-code\":\"it \\\"has\\\" expired\"}]}]}");
        at("2026-11-29T05:00:00Z");
        assertThat(mailer.sent()).as("once").hasSize(1);
        assertThat(folder.resolve("tlsrpt")).isEmptyDirectory();
    }

    @Test
    void theMailHasTheFieldsOfReportsAndGoesWhateverItsTls() {
        values.put("from", "noreply@reports.example");
        values.put("organization", "Sender Ltd");
        reports = made();
        tell(NONE, null);
        at("2026-11-29T04:00:00Z");

        var sent = mailer.sent().getFirst();
        assertThat(sent.from()).hasToString("<noreply@reports.example>");
        assertThat(sent.to().getFirst().parameters().value("NOTIFY")).contains("NEVER");
        assertThat(sent.notes()).containsEntry(MailMarks.TLS_OPTIONAL.name(), "tlsrpt");
        assertThat(sent.origin()).isEqualTo("tlsrpt");
        assertThat(sent.content())
                .startsWith(
                        "From: <noreply@reports.example>\r\nTo: <reports@a.example>\r\nDate: Sun, 29 Nov 2026 04:00:00 GMT\r\n")
                .contains(
                        "\r\nSubject: Report Domain: a.example\r\n Submitter: reports.example\r\n Report-ID: <2026-11-28.a.example@reports.example>\r\n")
                .contains("\r\nTLS-Report-Domain: a.example\r\nTLS-Report-Submitter: reports.example\r\n")
                .contains("\r\nContent-Type: multipart/report; report-type=\"tlsrpt\";\r\n boundary=")
                .contains("\r\nContent-Type: application/tlsrpt+gzip\r\n")
                .contains("filename=\"reports.example!a.example!1795824000!1795910399.json.gz\"");
        assertThat(sent.content().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(998));
    }

    @Test
    void reportsGoAtATimeWithinFourHoursThatChanceHasChosen() {
        tell(NONE, null);
        at("2026-11-29T00:00:00Z");
        assertThat(mailer.sent()).isEmpty();
        int minutes = 0;
        while (mailer.sent().isEmpty()) {
            clock.now = Instant.parse("2026-11-29T00:00:00Z").plus(Duration.ofMinutes(++minutes));
            reports.step();
        }
        assertThat(minutes).isBetween(1, 240);
    }

    @Test
    void aRestartLosesNothing() throws Exception {
        tell(STS, null);
        tell(STS, EXPIRED);
        reports.deactivate();
        reports = made();
        tell(STS, null);
        reports.step();
        reports = made(); // killed behind the step
        at("2026-11-29T04:00:00Z");

        assertThat(report(mailer.sent().getFirst()))
                .contains("\"total-successful-session-count\":2,\"total-failure-session-count\":1")
                .contains("it \\\"has\\\" expired");
    }

    @Test
    void aFileThatCanNotBeReadCostsWhatItHoldsAndNothingElse() throws Exception {
        var files = Files.createDirectories(folder.resolve("tlsrpt"));
        Files.writeString(files.resolve("2026-11-28.results"), "policy\ta.example\tNONE\ta.example\t\t\t7\nbroken\n");
        Files.writeString(files.resolve("never.results"), "policy\n");
        reports = made();
        at("2026-11-29T04:00:00Z");

        assertThat(report(mailer.sent().getFirst())).contains("\"total-successful-session-count\":7");
    }

    @Test
    void whoHasNoRecordOrABadOneIsToldNothing() {
        for (var texts : List.of(
                List.<String>of(),
                List.of("\"v=spf1 -all\""),
                List.of("\"v=TLSRPTv1\""),
                List.of("\"v=TLSRPTv1; rua=http://a.example/\""),
                List.of("\"v=TLSRPTv1; rua=mailto:nobody\""),
                List.of("\"v=TLSRPTv1; rua=mailto:a@a.example\"", "\"v=TLSRPTv1; rua=mailto:b@a.example\""))) {
            dns.texts.put("_smtp._tls.a.example", texts);
            clock.now = NOON;
            tell(NONE, null);
            at("2026-11-29T04:00:00Z");
            assertThat(mailer.sent()).as(texts.toString()).isEmpty();
        }
        assertThat(folder.resolve("tlsrpt")).isEmptyDirectory();
    }

    @Test
    void aWebServerHasItPostedToo() {
        dns.texts.put(
                "_smtp._tls.a.example",
                List.of("\"v=TLSRPTv1; \" \"rua=https://r.a.example/v1?x=1, mailto:tls%2bx@a.example?subject=x;\""));
        tell(NONE, null);
        at("2026-11-29T04:00:00Z");

        assertThat(posted).singleElement().asString().startsWith("https://r.a.example/v1?x=1 {\"organization-name\":");
        assertThat(mailer.sent().getFirst().to().getFirst().mailbox()).hasToString("tls+x@a.example");
    }

    @Test
    void whatCanNotBeSentNowIsTriedAgainEachHourAndGivenUpAfterDays() {
        dns.texts.put("_smtp._tls.a.example", List.of("\"v=TLSRPTv1; rua=https://r.a.example/\""));
        postFailure = new IOException("the server says 503");
        tell(NONE, null);
        at("2026-11-29T04:00:00Z");
        postFailure = null;
        at("2026-11-29T04:59:00Z");
        assertThat(posted).isEmpty();
        at("2026-11-29T05:00:00Z");
        assertThat(posted).hasSize(1);

        dns.isSilent = true;
        tell(NONE, null);
        at("2026-11-30T04:00:00Z");
        at("2026-12-03T00:00:00Z");
        dns.isSilent = false;
        at("2026-12-03T04:00:00Z");
        assertThat(posted).hasSize(1);
        assertThat(folder.resolve("tlsrpt")).isEmptyDirectory();
    }

    @Test
    void aMailThatIsRefusedIsTriedAgain() {
        mailer.answers(Reply.of(451, "later"));
        tell(NONE, null);
        at("2026-11-29T04:00:00Z");
        mailer.answers(Reply.of(250, "ok"));
        at("2026-11-29T05:00:00Z");
        at("2026-11-29T06:00:00Z");

        assertThat(mailer.sent()).hasSize(2);
    }

    @Test
    void withoutAContactOrSwitchedOffNothingIsCounted() {
        for (var off : List.of(Map.<String, Object>of("contact", ""), Map.<String, Object>of("report", false))) {
            values.putAll(Map.of("contact", "tls@sender.example", "report", true));
            values.putAll(off);
            reports = made();
            clock.now = NOON;
            tell(NONE, null);
            at("2026-11-29T04:00:00Z");
            reports.deactivate();
        }

        assertThat(mailer.sent()).isEmpty();
        assertThat(folder.resolve("tlsrpt")).doesNotExist();
    }

    @Test
    void memoryIsBoundedWhateverIsTold() {
        var tally = new Tally();
        var day = LocalDate.parse("2026-11-28");
        for (int i = 0; i < Tally.MOST; i++) {
            tally.add(day, new Result("d" + i + ".example", NONE, Optional.empty()));
        }
        tally.add(
                day,
                new Result(
                        "d0.example",
                        NONE,
                        Optional.of(new Problem(Fault.VALIDATION_FAILURE, "mx", "", "", "no room"))));
        tally.add(day, new Result("d0.example", NONE, Optional.empty()));

        assertThat(tally.domains(day)).hasSize(Tally.MOST / 2);
        assertThat(java.util.Objects.requireNonNull(tally.of(day, "d0.example").get(NONE))
                        .good())
                .as("what is known goes on")
                .isEqualTo(2);
        assertThat(tally.remove(day)).isEqualTo(Tally.MOST / 2 + 1);
    }

    @Test
    void badSettingsAreRefusedByTheirKey() {
        Map.of(
                        "contact", "nobody",
                        "from", "möwe@a.example",
                        "organization", "a\nb",
                        "trustedCa", "a\0b")
                .forEach((key, value) -> {
                    values.put(key, value);
                    assertThatThrownBy(this::settings)
                            .isInstanceOf(InvalidSettingException.class)
                            .hasMessageStartingWith(key + ": ");
                    values.keySet().retainAll(List.of("nothing"));
                });
    }

    @Test
    void addressesAreReadAsTheyStand() {
        var read = Addresses.parse(
                List.of(
                        "\"v=TLSRPTv1;rua=mailto:a@a.example,https://b.example/x,https://u@c.example/,mailto:möwe@a.example\""));

        assertThat(read.mails()).hasSize(1);
        assertThat(read.sites()).containsExactly(URI.create("https://b.example/x"));
    }
}
