package org.tarishi.core.dsn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tarishi.core.dsn.Samples.PLAIN;
import static org.tarishi.core.dsn.Samples.failed;
import static org.tarishi.core.dsn.Samples.mail;
import static org.tarishi.core.dsn.Samples.report;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.core.spi.DsnComposer.Action;
import org.tarishi.core.spi.DsnComposer.Report;

/** Files that are changed while the server runs, and the two services as others see them. */
class ReloadTest {

    private static final Duration NEVER = Duration.ofHours(1);

    @TempDir
    Path conf;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private int writes;

    @BeforeEach
    void listen() {
        log.start();
        ((Logger) LoggerFactory.getLogger(OperatorFiles.class)).addAppender(log);
    }

    @AfterEach
    void leave() {
        ((Logger) LoggerFactory.getLogger(OperatorFiles.class)).detachAppender(log);
    }

    private List<String> errors() {
        return log.list.stream()
                .filter(event -> event.getLevel() == Level.ERROR)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /** Writes a file with a time of its own, so that no test waits for a clock to move on. */
    private void write(String file, String text) throws IOException {
        var path = conf.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
        Files.setLastModifiedTime(path, FileTime.from(Samples.NOW.minusSeconds(1000 - writes++)));
    }

    private TemplatedDsnComposer composer() {
        return new TemplatedDsnComposer(
                new Settings(Samples.defaults(Config.class, java.util.Map.of("checkEvery", NEVER.toString()))),
                conf,
                Samples.HOST,
                Samples.CLOCK,
                new SplittableRandom(1));
    }

    private static String subject(TemplatedDsnComposer composer) throws IOException {
        return Parsed.of(composer.compose(mail(PLAIN), List.of(failed("you@example.net")))
                        .orElseThrow())
                .header("Subject");
    }

    @Test
    void aTemplateIsReadAgainWhenItChangesAndABadOneLeavesTheOldInForce() throws Exception {
        var composer = composer();
        assertThat(subject(composer)).isEqualTo("Undelivered mail: Hello");

        write("dsn/failed.txt", "Subject: One\n\nx");
        composer.refresh();
        assertThat(subject(composer)).isEqualTo("One");

        write("dsn/failed.txt", "Subject: Two {nobody}\n\nx");
        composer.refresh();
        composer.refresh();
        assertThat(subject(composer)).isEqualTo("One");
        assertThat(errors()).singleElement().asString().contains("failed.txt:1: there is no placeholder {nobody}");

        write("dsn/failed.txt", "Subject: Three\n\nx");
        composer.refresh();
        assertThat(subject(composer)).isEqualTo("Three");

        Files.delete(conf.resolve("dsn/failed.txt"));
        composer.refresh();
        assertThat(subject(composer)).isEqualTo("Undelivered mail: Hello");
        assertThat(errors()).hasSize(1);
        composer.deactivate();
    }

    @Test
    void aTemplateThatIsBadFromTheBeginningLeavesTheShippedInForce() throws Exception {
        write("dsn/failed.txt", "nonsense");
        var composer = composer();
        assertThat(subject(composer)).isEqualTo("Undelivered mail: Hello");
        assertThat(errors()).hasSize(1);
        composer.deactivate();
    }

    @Test
    void newSettingsHoldFromTheNextNotificationOn() throws Exception {
        var composer = composer();
        write("other/failed.txt", "Subject: Other\n\nx");
        composer.modified(Samples.defaults(Config.class, java.util.Map.of("templates", "other")));
        assertThat(subject(composer)).isEqualTo("Other");
        composer.deactivate();
    }

    @Test
    void rulesAreReadAgainWhenTheyChangeAndBadOnesLeaveTheOldInForce() throws Exception {
        var classes = new RuleFileClasses(new ClassesSettings("dsn/failure-classes", NEVER), conf, Samples.CLOCK);
        var reply = Reply.of(550, new EnhancedStatus(5, 1, 1), "No such user");
        assertThat(classes.classify(reply, null)).isEqualTo("bad-mailbox");

        write("dsn/failure-classes", "own code=550\n");
        classes.refresh();
        assertThat(classes.classify(reply, null)).isEqualTo("own");

        write("dsn/failure-classes", "own code=nonsense\n");
        classes.refresh();
        classes.refresh();
        assertThat(classes.classify(reply, null)).isEqualTo("own");
        assertThat(errors()).singleElement().asString().contains("failure-classes:1: want a code");

        Files.delete(conf.resolve("dsn/failure-classes"));
        classes.refresh();
        assertThat(classes.classify(reply, null)).isEqualTo("bad-mailbox");
        classes.deactivate();
    }

    @Test
    void aFileThatIsTooLargeOrAFolderIsRefused() throws Exception {
        Files.createDirectories(conf.resolve("dsn/failure-classes"));
        var classes = new RuleFileClasses(new ClassesSettings("dsn/failure-classes", NEVER), conf, Samples.CLOCK);
        assertThat(errors()).singleElement().asString().contains("is no file");
        Files.delete(conf.resolve("dsn/failure-classes"));
        write("dsn/failure-classes", "#".repeat(FailureRules.MOST_BYTES + 1));
        classes.refresh();
        assertThat(errors()).hasSize(2).last().asString().contains("has more than");
        classes.deactivate();
    }

    // ---- who is told, and of what

    @Test
    void ofWhatBecameOfANotificationNobodyIsTold() throws Exception {
        var composer = composer();
        assertThat(composer.compose(mail("<>", PLAIN), List.of(failed("you@example.net", "NOTIFY=FAILURE"))))
                .isEmpty();
        assertThat(composer.compose(mail(PLAIN), List.of())).isEmpty();
        composer.deactivate();
    }

    @ParameterizedTest(name = "NOTIFY={0}, {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            -                     | FAILED    | true
            -                     | DELAYED   | true
            -                     | DELIVERED | false
            -                     | RELAYED   | false
            -                     | EXPANDED  | false
            NEVER                 | FAILED    | false
            NEVER                 | DELAYED   | false
            NEVER                 | DELIVERED | false
            FAILURE               | FAILED    | true
            FAILURE               | DELAYED   | false
            FAILURE               | RELAYED   | false
            DELAY                 | FAILED    | false
            DELAY                 | DELAYED   | true
            SUCCESS               | FAILED    | false
            SUCCESS               | DELAYED   | false
            SUCCESS               | DELIVERED | true
            SUCCESS               | RELAYED   | true
            SUCCESS               | EXPANDED  | true
            SUCCESS,FAILURE       | FAILED    | true
            SUCCESS,FAILURE       | DELAYED   | false
            success,delay,failure | DELAYED   | true
            nonsense              | FAILED    | true
            """)
    void aSenderIsToldWhatNotifyAsksFor(String notify, Action action, boolean told) throws Exception {
        var composer = composer();
        var rcpt = notify.equals("-")
                ? Samples.recipient("you@example.net")
                : Samples.recipient("you@example.net", "NOTIFY=" + notify);
        assertThat(composer.compose(mail(PLAIN), List.of(report(rcpt, action, null)))
                        .isPresent())
                .isEqualTo(told);
        composer.deactivate();
    }

    @Test
    void onlyTheReportsThatWereAskedForStandInIt() throws Exception {
        var composer = composer();
        var asked = failed("a@example.net", "NOTIFY=FAILURE");
        Report[] reports = {failed("n@example.net", "NOTIFY=NEVER"), asked, failed("s@example.net", "NOTIFY=SUCCESS")};
        var notification = composer.compose(mail(PLAIN), List.of(reports)).orElseThrow();

        assertThat(notification.reports()).containsExactly(asked);
        assertThat(new String(Samples.bytes(notification), java.nio.charset.StandardCharsets.UTF_8))
                .doesNotContain("n@example.net", "s@example.net");
        composer.deactivate();
    }

    @Test
    void anOriginalThatCantBeReadIsAnErrorAndNothingElse() {
        var composer = composer();
        var mail = new org.tarishi.core.spi.DsnComposer.Mail(
                "A1", org.tarishi.api.ReversePath.parse("<a@b.example>"), Samples.NOW, null, () -> {
                    throw new IOException("disk");
                });
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> composer.compose(mail, List.of(failed("you@example.net"))))
                .isInstanceOf(IOException.class)
                .hasMessage("disk");
        composer.deactivate();
    }
}
