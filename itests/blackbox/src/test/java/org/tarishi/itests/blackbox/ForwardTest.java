package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Ports;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** One server forwards to another that wants TLS and a login, by a route of the recipient's domain. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ForwardTest {

    private static final String SECRET = "correct-horse-battery";

    private Instance behind;
    private Instance front;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        behind = Instance.in(root.resolve("behind"))
                .set("org.tarishi.core.scheduler", "deliver", "false")
                .start();
        assertThat(behind.cliSaying(SECRET + "\n", "user", "add", "ann@a.example", "--password-stdin")
                        .code())
                .isZero();
        var hops = "127.0.0.1:" + Ports.free() + " 127.0.0.1:" + behind.submissionPort();
        front = Instance.in(root.resolve("front"))
                .set(Instance.HOST_LIST, "domains", "[ \"inline:store.example\" ]")
                .set(
                        Instance.FORWARD,
                        "routes",
                        "[ \"inline:far.example=" + hops + " tls=require user=ann@a.example passwordFile=next.password"
                                + ",store.example=queue=maildir\" ]")
                .set(Instance.FORWARD, "checkRecipient", "true")
                .set(Instance.FORWARD, "checkSender", "true")
                .set(Instance.FORWARD, "deadTime", "PT1H")
                .start();
        Files.writeString(front.base().resolve("conf/next.password"), SECRET + "\n");
    }

    @AfterAll
    void stop() {
        for (var instance : new Instance[] {front, behind}) {
            if (instance != null) {
                instance.close();
            }
        }
    }

    private String send(String sender, String recipient) throws Exception {
        try (var dialog = SmtpDialog.hello(front.smtpPort())) {
            return dialog.transact(
                    sender, recipient, TestMail.of("to-" + recipient, 500).bytes());
        }
    }

    @Test
    void mailGoesByItsRouteOverTlsWithALoginPastAHostThatIsDown() throws Exception {
        assertThat(send("me@client.example", "one@far.example"))
                .startsWith("250 ")
                .contains("Message Queued");
        assertThat(send("me@client.example", "two@far.example"))
                .startsWith("250 ")
                .contains("Message Queued");

        assertThat(behind.cli("queue", "list").out().lines())
                .hasSize(2)
                .allMatch(line -> line.contains("<me@client.example> -> far.example (1)"));
        // The second message no longer tries the host that is down.
        assertThat(front.logged(0, "the next host is tried")).hasSize(1);
        assertThat(front.log()).doesNotContain(SECRET);
    }

    @Test
    void theRoutesSayWhichPluginAMessageIsForAndRecipientsOfTwoAreKeptApart() throws Exception {
        assertThat(send("me@client.example", "kept@store.example")).startsWith("250 ");
        assertThat(front.maildir("store.example", "kept").found()).hasSize(1);

        try (var dialog = SmtpDialog.hello(front.smtpPort())) {
            dialog.send("MAIL FROM:<me@client.example>").expect("250");
            dialog.send("RCPT TO:<three@far.example>").expect("250");
            dialog.send("RCPT TO:<kept@store.example>").expect("452 4.5.3");
            dialog.send("RCPT TO:<user@unknown.example>").expect("550");
        }
    }

    @Test
    void aSenderOfADomainOfTheRoutesMustBeAllowedToRelay() throws Exception {
        assertThat(send("boss@far.example", "one@far.example")).startsWith("550 5.7.1 ");
    }
}
