package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Moment;
import org.tarishi.api.hook.HookResult;

/** What the core says in results of its own, and when it does. */
final class CoreResultsTest {

    private static final String[] MAIL = {
        "EHLO client.example", "MAIL FROM:<me@a.example>", "RCPT TO:<no@b.example>", "RCPT TO:<c@d.example>"
    };

    private static final List<String> UP_TO_RCPT = List.of(
            "mail_from put address=<me@a.example>",
            "mail_from put action=accept",
            "mail_from put code=250",
            "rcpt_to push reject=<no@b.example>",
            "rcpt_to message <no@b.example>: 550 5.7.1 no",
            "rcpt_to push accept=<c@d.example>");

    private final Stage stage = new Stage();

    @AfterEach
    void close() {
        stage.close();
    }

    private void accept() {
        stage.hooks.answers.put(
                Moment.RCPT,
                subject -> String.valueOf(subject.argument()).contains("<no@") ? HookResult.deny("no") : HookResult.OK);
        stage.hooks.on(Moment.QUEUE, HookResult.OK);
    }

    private List<String> ofTransaction() {
        return stage.hooks.results.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith(".1"))
                .flatMap(entry -> entry.getValue().written.stream())
                .toList();
    }

    private List<String> ofConnection() {
        return stage.hooks.results.entrySet().stream()
                .filter(entry -> !entry.getKey().contains("."))
                .flatMap(entry -> entry.getValue().written.stream())
                .toList();
    }

    @Test
    void nothingIsMadeWhereNobodyAsksNorListens() {
        accept();
        stage.connect().send(MAIL).send("DATA", ".", "QUIT").hangUp();

        assertThat(stage.hooks.results).isEmpty();
    }

    @Test
    void whoAsksLateFindsAllThatWasSaid() {
        accept();
        stage.hooks.answers.put(Moment.DATA_POST, subject -> {
            var _ = Objects.requireNonNull(subject.transaction()).results();
            var _ = Objects.requireNonNull(subject.connection()).results();
            return HookResult.CONTINUE;
        });
        stage.connect().send(MAIL);
        assertThat(stage.hooks.results).isEmpty();

        stage.send("DATA", ".");

        assertThat(ofTransaction()).startsWith(UP_TO_RCPT.toArray(String[]::new));
        assertThat(ofTransaction().subList(UP_TO_RCPT.size(), ofTransaction().size()))
                .hasSize(2)
                .satisfies(queue -> assertThat(queue.getFirst()).startsWith("queue pass "))
                .satisfies(queue -> assertThat(queue.getLast()).startsWith("queue message 250 2.0.0 "));
        assertThat(ofConnection()).containsExactly("helo put verb=EHLO", "helo put host=client.example");
    }

    @Test
    void whoListensHearsEachAsItArises() {
        accept();
        stage.hooks.listening = true;
        stage.connect().send("EHLO client.example");
        assertThat(ofConnection()).containsExactly("helo put verb=EHLO", "helo put host=client.example");

        stage.send(MAIL[1], MAIL[2]);
        assertThat(ofTransaction()).containsExactlyElementsOf(UP_TO_RCPT.subList(0, 5));
        stage.send(MAIL[3]);
        assertThat(ofTransaction()).containsExactlyElementsOf(UP_TO_RCPT);

        stage.send("QUIT").hangUp();
        assertThat(ofTransaction()).containsExactlyElementsOf(UP_TO_RCPT);
        assertThat(ofConnection()).last().isEqualTo("disconnect put duration=0.0");
    }

    @Test
    void aRefusedSenderAndAMessageThatNobodyTakesAreToldWithTheirReplies() {
        stage.hooks.listening = true;
        stage.hooks.on(Moment.MAIL, HookResult.denySoft("later"));
        stage.hooks.on(Moment.RCPT, HookResult.OK);
        stage.connect().send("HELO x", "MAIL FROM:<>");
        assertThat(ofTransaction())
                .containsExactly(
                        "mail_from put address=<>",
                        "mail_from put action=tempfail",
                        "mail_from put code=450",
                        "mail_from message 450 4.7.1 later");
        stage.hooks.on(Moment.MAIL, HookResult.OK);

        stage.send("MAIL FROM:<>", "RCPT TO:<c@d.example>", "DATA", ".");

        var second = stage.hooks.results.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith(".2"))
                .flatMap(entry -> entry.getValue().written.stream())
                .toList();
        assertThat(second).contains("queue fail core", "queue put soft=true");
        assertThat(second).last().asString().startsWith("queue message 451 4.3.0 ");
    }

    @Test
    void aMessageThatIsRefusedBeforeItsTakersAreAskedSaysNothingOfThem() {
        accept();
        stage.hooks.listening = true;
        stage.hooks.on(Moment.DATA_POST, HookResult.deny("spam"));
        stage.connect().send(MAIL).send("DATA", ".");

        assertThat(ofTransaction()).containsExactlyElementsOf(UP_TO_RCPT);
    }

    @Test
    void refusedRecipientsAreKeptUpToALimit() {
        stage.hooks.on(Moment.RCPT, HookResult.deny("no"));
        stage.connect().send("HELO x", "MAIL FROM:<>");
        for (int i = 0; i < 1_100; i++) {
            stage.send("RCPT TO:<c" + i + "@d.example>");
        }
        stage.hooks.listening = true;
        stage.hooks.answers.put(Moment.RSET, subject -> {
            var _ = Objects.requireNonNull(subject.transaction()).results();
            return HookResult.CONTINUE;
        });
        stage.send("RSET");

        assertThat(ofTransaction().stream().filter(line -> line.startsWith("rcpt_to push")))
                .hasSize(1_000)
                .startsWith("rcpt_to push reject=<c0@d.example>");
    }
}
