package org.tarishi.core.dsn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tarishi.core.dsn.Samples.PLAIN;
import static org.tarishi.core.dsn.Samples.compose;
import static org.tarishi.core.dsn.Samples.composer;
import static org.tarishi.core.dsn.Samples.failed;
import static org.tarishi.core.dsn.Samples.mail;
import static org.tarishi.core.dsn.Samples.recipient;
import static org.tarishi.core.dsn.Samples.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.api.ReturnContent;
import org.tarishi.core.spi.DsnComposer.Action;
import org.tarishi.core.spi.DsnComposer.Notification;

/**
 * Whole notifications, byte for byte, as files that anybody can read, and that other parsers are given. With
 * {@code -Dgolden.write=true} they are written anew, to be looked at before they are kept.
 */
class GoldenTest {

    private static final Path FOLDER = Path.of("src/test/resources/org/tarishi/core/dsn/golden");

    private static Notification sample(String name) throws IOException {
        return switch (name) {
            case "failed" ->
                compose(
                        composer(),
                        mail("<me@client.example>", PLAIN, "ENVID=QQ314159"),
                        failed("you@example.net", "ORCPT=rfc822;you@example.org"),
                        failed("nobody@example.net"));
            case "delayed" ->
                compose(
                        composer(),
                        mail(PLAIN),
                        report(
                                recipient("you@example.net"),
                                Action.DELAYED,
                                Reply.of(450, new EnhancedStatus(4, 2, 2), "Mailbox full")));
            case "success" ->
                compose(
                        composer(),
                        mail(PLAIN),
                        report(recipient("a@example.net", "NOTIFY=SUCCESS"), Action.DELIVERED, Reply.of(250, "ok")),
                        report(recipient("b@example.net", "NOTIFY=SUCCESS"), Action.RELAYED, Reply.of(250, "ok")),
                        report(recipient("c@example.net", "NOTIFY=SUCCESS"), Action.EXPANDED, null));
            case "full" ->
                compose(
                        composer(Samples.settings(ReturnContent.FULL, 10_000, 65_536, false, "")),
                        mail(PLAIN + "Grüße.\r\n"),
                        failed("you@example.net"));
            case "global" ->
                compose(
                        composer(Samples.settings(ReturnContent.FULL, 10_000, 65_536, true, "")),
                        mail("<möwe@client.example>", "Subject: Grüße\r\n\r\nGuten Tag.\r\n", "SMTPUTF8"),
                        failed("öhi@example.net"));
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"failed", "delayed", "success", "full", "global"})
    void aNotificationIsToTheByteWhatItWas(String name) throws Exception {
        var file = FOLDER.resolve(name + ".eml");
        var bytes = Samples.bytes(sample(name));
        if (Boolean.getBoolean("golden.write")) {
            Files.createDirectories(FOLDER);
            Files.write(file, bytes);
        }
        assertThat(bytes).asString().isEqualTo(Files.readString(file));
    }
}
