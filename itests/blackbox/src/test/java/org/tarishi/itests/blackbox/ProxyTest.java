package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** One server in front of another, which is asked about each command. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyTest {

    private Instance behind;
    private Instance front;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        behind = Instance.in(root.resolve("behind"))
                .set(Instance.HOST_LIST, "domains", "[ \"inline:known.example\" ]")
                .start();
        front = Instance.in(root.resolve("front"))
                .set(Instance.HOST_LIST, "domains", "[ \"inline:known.example,unknown.example\" ]")
                .set(Instance.CHAIN, "plugins", "[ \"in-host-list\", \"smtp-proxy\" ]")
                .set("org.tarishi.plugin.smtp-proxy", "host", "127.0.0.1:" + behind.smtpPort())
                .start();
    }

    @AfterAll
    void stop() {
        for (var instance : new Instance[] {front, behind}) {
            if (instance != null) {
                instance.close();
            }
        }
    }

    @Test
    void aRecipientThatTheServerBehindDoesNotKnowIsRefusedAtRcptAndTheOthersHaveTheMessageOnce() throws Exception {
        try (var dialog = SmtpDialog.hello(front.smtpPort())) {
            for (int i = 0; i < 2; i++) {
                dialog.send("MAIL FROM:<me@client.example>").expect("250");
                dialog.send("RCPT TO:<ann@unknown.example>").expect("550");
                dialog.send("RCPT TO:<once" + i + "@known.example>").expect("250");
                assertThat(dialog.send("DATA")
                                .expect("354")
                                .sendMessage(TestMail.of("proxy" + i, 500).bytes())
                                .reply())
                        .startsWith("250 ");
            }
        }
        for (int i = 0; i < 2; i++) {
            assertThat(behind.maildir("known.example", "once" + i).found()).hasSize(1);
        }
        assertThat(front.maildir("known.example", "once0").messages()).isEmpty();
    }

    @Test
    void nothingIsThereOfATransactionThatWasResetOrLeft() throws Exception {
        try (var dialog = SmtpDialog.hello(front.smtpPort())) {
            dialog.send("MAIL FROM:<me@client.example>").expect("250");
            dialog.send("RCPT TO:<left@known.example>").expect("250");
            dialog.send("RSET").expect("250");
            dialog.send("MAIL FROM:<me@client.example>").expect("250");
            dialog.send("RCPT TO:<kept@known.example>").expect("250");
            assertThat(dialog.send("DATA")
                            .expect("354")
                            .sendMessage(TestMail.of("kept", 500).bytes())
                            .reply())
                    .startsWith("250 ");
            dialog.send("MAIL FROM:<me@client.example>").expect("250");
            dialog.send("RCPT TO:<left@known.example>").expect("250");
        }
        assertThat(behind.maildir("known.example", "kept").found()).hasSize(1);
        assertThat(behind.maildir("known.example", "left").messages()).isEmpty();
    }
}
