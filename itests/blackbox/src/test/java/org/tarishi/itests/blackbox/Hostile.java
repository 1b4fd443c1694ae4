package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.tarishi.itests.harness.PluginJar;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** A running server, the plugin that does what no plugin should, and clients that notice it or don't. */
record Hostile(Instance instance, Path folder) {

    private static final String BUNDLE = "org.tarishi.itests.hostile";

    static Hostile start(Path root) throws Exception {
        var instance = Instance.in(root.resolve("base"))
                .optimised()
                .set(Instance.CHAIN, "limits", "[ \"hostile=1s\" ]")
                .set(Instance.CHAIN, "stuckAfter", "1s")
                .set(Instance.CHAIN, "breakerPause", "1s")
                .start();
        return new Hostile(instance, root);
    }

    static PluginJar jar(String version) throws IOException {
        return new PluginJar(Setup.plugin("hostile")).header("Bundle-Version", version);
    }

    void install(PluginJar jar) throws IOException {
        var file = jar.write(folder.resolve("hostile-" + jar.header("Bundle-Version") + ".jar"));
        var result = instance.ask("plugin", "install", file.toString());
        assertThat(result.code()).as(result.out()).isZero();
    }

    /** Sends a mail that the plugin has nothing against, on a connection of its own; returns the reply to the message, or to what was refused. */
    String honest(String user) throws IOException {
        try (var dialog = new SmtpDialog(instance.smtpPort())) {
            dialog.expect("220").send("EHLO client.example").expect("250");
            return transact(dialog, "honest", user);
        }
    }

    /** The same in a session, by a sender whose name says what the plugin is to do. */
    static String transact(SmtpDialog dialog, String sender, String user) throws IOException {
        var reply = dialog.transact(
                sender + "@client.example",
                user + "@example.com",
                TestMail.of(sender, 100).bytes());
        if (!reply.startsWith("250")) {
            dialog.send("RSET").expect("250");
        }
        return reply;
    }

    List<TestMail.Found> found(String user) throws IOException {
        return instance.maildir("example.com", user).found();
    }

    /** Takes the plugin out, and its settings back, as before the first test. */
    void forget() throws IOException {
        if (instance.ask("plugin", "list").out().contains(BUNDLE)) {
            var result = instance.ask("plugin", "remove", BUNDLE, "--purge");
            assertThat(result.code()).as(result.out()).isZero();
        }
        var result = instance.ask("config", "unset", Instance.CHAIN, "onFault", "plugins");
        assertThat(result.code()).as(result.out()).isZero();
    }

    List<String> troubles(long since) {
        return Stream.concat(instance.logged(since, " ERROR ").stream(), instance.logged(since, " WARN ").stream())
                .toList();
    }
}
