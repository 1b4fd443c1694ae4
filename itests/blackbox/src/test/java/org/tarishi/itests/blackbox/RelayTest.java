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
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** Who may relay, and to where; and that nobody else may. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RelayTest {

    private Instance instance;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        instance = Instance.in(root.resolve("base"))
                .set(Instance.RELAY, "acl", "[ \"192.0.2.0/24\", \"2001:db8::1\" ]")
                .start();
        Files.writeString(
                instance.base().resolve("conf/relay_dest_domains"),
                "partner.example accept\n.lab.example continue\ndenied.example deny\n");
        instance.configure(Instance.RELAY, "destinations=[ \"file:relay_dest_domains\" ]");
    }

    @AfterAll
    void stop() throws Exception {
        instance.close();
    }

    @Test
    void aClientOfTheListMaySendAnywhereAndItsNeighbourMayNot() throws Exception {
        var listed = instance.cli("try", "--to", "you@elsewhere.example", "--client", "192.0.2.7");
        assertThat(listed.code()).as(listed.out()).isZero();
        assertThat(listed.out().lines()).anyMatch(line -> line.matches("  connect +relay +\\d+\\.\\d{3} ms  OK"));
        assertThat(instance.cli("try", "--to", "you@elsewhere.example", "--client", "[2001:db8::1]:1")
                        .code())
                .isZero();

        for (var other : new String[] {"192.0.3.7", "127.0.0.1", "[2001:db8::2]:1"}) {
            var tried = instance.cli("try", "--to", "you@elsewhere.example", "--client", other);
            assertThat(tried.code()).as(tried.out()).isEqualTo(1);
            assertThat(tried.out().lines()).last().asString().startsWith("outcome: all recipients refused: 550 5.7.1");
        }
    }

    @Test
    void anybodyMaySendToADestinationAndNowhereElseBesideIt() throws Exception {
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            dialog.send("MAIL FROM:<you@localhost>").expect("250");
            dialog.send("RCPT TO:<b@partner.example>").expect("250 2.1.5");
            dialog.send("RCPT TO:<victim@elsewhere.example>").expect("550 5.7.1");
            dialog.send("RCPT TO:<b@denied.example>").expect("550 5.7.1 You are not allowed to relay");
            // nobody knows this one
            dialog.send("RCPT TO:<b@mail.lab.example>").expect("550 5.7.1");
            // its way is another
            dialog.send("RCPT TO:<you@localhost>").expect("452 4.5.3");
            dialog.send("RSET").expect("250");
            assertThat(dialog.transact(
                            "me@client.example",
                            "local@localhost",
                            TestMail.of("local", 10).bytes()))
                    .startsWith("250 ");
        }
        assertThat(instance.maildir("localhost", "local").messages()).hasSize(1);
    }

    @Test
    void anOpenRelayIsNoSlip() throws Exception {
        assertThat(instance.cli("config", "set", Instance.RELAY, "all=true").out())
                .startsWith("all: ");
        assertThat(instance.cli("config", "set", Instance.RELAY, "acl=[ \"0.0.0.0/0\" ]")
                        .out())
                .startsWith("acl: ");
        assertThat(instance.cli("try", "--to", "you@elsewhere.example").code()).isEqualTo(1);
    }
}
