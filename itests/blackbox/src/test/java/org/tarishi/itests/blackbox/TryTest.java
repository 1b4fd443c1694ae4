package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** What the command line says of the chain, and of a session that is only tried; and a front-end that speaks for its clients. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TryTest {

    private Instance instance;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        instance = Instance.in(root.resolve("base"))
                .set("org.tarishi.plugin.xclient", "xclient", "[ \"127.0.0.1\" ]")
                .set("org.tarishi.plugin.xclient", "xforward", "[ \"127.0.0.1\" ]")
                .start();
        var installed = instance.cli("plugin", "install", Setup.plugin("stamp").toString());
        assertThat(installed.code()).as(installed.out()).isZero();
    }

    @AfterAll
    void stop() throws Exception {
        instance.close();
    }

    @Test
    void aRecipientOfOursPassesEveryPluginAndNothingIsKept() throws Exception {
        long before = instance.log().length();

        var tried =
                instance.cli("try", "--to", "nobody@localhost", "--client", "192.0.2.7", "--rdns", "mx.client.example");

        assertThat(tried.code()).as(tried.out()).isZero();
        assertThat(tried.out().lines())
                .anyMatch(line -> line.startsWith("try 192.0.2.7:0 at smtp (smtp), as try-"))
                .anyMatch(line -> line.matches("  mail +in-host-list +\\d+\\.\\d{3} ms  no opinion"))
                .anyMatch(line -> line.matches("  rcpt +in-host-list +\\d+\\.\\d{3} ms  OK"))
                .anyMatch(line -> line.matches("  data_post +stamp.* ms  no opinion"))
                .anyMatch(line -> line.startsWith("    X-Stamp"))
                .contains("  queue  not asked, nothing is kept; --queue asks")
                .last()
                .isEqualTo("outcome: passed, up to the queue");
        assertThat(instance.base().resolve("data/maildir/localhost/nobody")).doesNotExist();
        assertThat(instance.logged(before, "disconnect ip=192.0.2.7"))
                .singleElement()
                .asString()
                .contains("[try-");
    }

    @Test
    void aRecipientOfOthersIsRefusedAndTheExitCodeSaysSo() throws Exception {
        var tried = instance.cli("try", "--to", "you@elsewhere.example");

        assertThat(tried.code()).isEqualTo(1);
        assertThat(tried.out().lines())
                .anyMatch(line -> line.matches("  rcpt +in-host-list .* no opinion"))
                .last()
                .asString()
                .startsWith("outcome: all recipients refused: 550 5.7.1");
    }

    @Test
    void aMessageOfAFileIsStoredWhenThatIsWanted(@TempDir Path folder) throws Exception {
        var file =
                Files.write(folder.resolve("mail"), TestMail.of("tried", 2_000).bytes());

        var tried = instance.cli("try", "--to", "taken@localhost", "--message", file.toString(), "--queue");

        assertThat(tried.code()).as(tried.out()).isZero();
        assertThat(tried.out().lines()).last().isEqualTo("outcome: accepted by maildir");
        assertThat(instance.maildir("localhost", "taken").messages()).hasSize(1);
    }

    @Test
    void standardInputIsAMessageToo() throws Exception {
        // Commands gives programs an empty one
        var tried = instance.cli("try", "--to", "nobody@localhost", "--message", "-");

        assertThat(tried.code()).as(tried.out()).isZero();
    }

    @Test
    void aWrongCommandLineIsTold() throws Exception {
        var tried = instance.cli("try", "--from", "x@y");

        assertThat(tried.code()).isEqualTo(2);
        assertThat(tried.out()).startsWith("try: --to is missing\nusage: try --to ADDRESS");
    }

    @Test
    void theChainTellsWhatRunsAndWhy() throws Exception {
        var chain = instance.cli("chain");

        assertThat(chain.code()).isZero();
        assertThat(chain.out().lines())
                .anyMatch(line -> line.startsWith("listed (org.tarishi.chain): in-host-list, "))
                .contains("rcpt: on the event loop, all only compute", "verb XCLIENT: on a virtual thread")
                .anyMatch(
                        line -> line.startsWith("  in-host-list  listed as in-host-list, 1 of 5, required; limit 30s;"))
                .anyMatch(line -> line.matches("data_post: on a virtual thread, stamp\\S* may block"));
    }

    @Test
    void aFrontEndInTheListSpeaksForItsClients() throws Exception {
        long before = instance.log().length();
        try (var front = new SmtpDialog(instance.smtpPort())) {
            front.expect("220 ").send("EHLO front.example");
            assertThat(front.reply().lines().map(line -> line.substring(4)).toList())
                    .containsAll(List.of(
                            "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT",
                            "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE"));
            front.send("XFORWARD NAME=first.example ADDR=198.51.100.1 IDENT=ABC")
                    .expect("250 2.0.0");
            front.send("XCLIENT ADDR=x").expect("501 5.5.4");
            front.send("XCLIENT NAME=mx.client.example ADDR=192.0.2.9 PORT=99").expect("220 ");
            front.send("MAIL FROM:<a@client.example>").expect("503");
            front.send("EHLO mx.client.example");
            assertThat(front.reply())
                    .contains("Hello mx.client.example [192.0.2.9]")
                    .doesNotContain("XCLIENT");
            front.send("XCLIENT ADDR=127.0.0.1").expect("550 5.7.0");
            assertThat(front.transact(
                            "a@client.example",
                            "spoken@localhost",
                            TestMail.of("front", 10).bytes()))
                    .startsWith("250 2.");
        }
        assertThat(Files.readString(
                        instance.maildir("localhost", "spoken").messages().getFirst()))
                .contains("(mx.client.example [192.0.2.9])");
        assertThat(instance.logged(before, "forwarded for the message"))
                .singleElement()
                .asString()
                .contains(".1: name=first.example addr=198.51.100.1 ident=ABC");
        assertThat(instance.logged(before, "client is ip=192.0.2.9:99 name=mx.client.example, as ip=127.0.0.1:"))
                .hasSize(1);
    }

    @Test
    void swaksSpeaksForAClientToo() throws Exception {
        var swaks = Commands.run(
                Map.of(),
                List.of(
                        Setup.program("swaks", "swaks").toString(),
                        "--server",
                        "127.0.0.1:" + instance.smtpPort(),
                        "--to",
                        "swaks@localhost",
                        "--from",
                        "me@client.example",
                        "--xclient-addr",
                        "IPV6:2001:db8::9",
                        "--xclient-name",
                        "[UNAVAILABLE]"));

        assertThat(swaks.code()).as(swaks.out()).isZero();
        assertThat(Files.readString(
                        instance.maildir("localhost", "swaks").messages().getFirst()))
                .contains("(unknown [IPv6:2001:db8:0:0:0:0:0:9])");
    }
}
