package org.tarishi.core.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.api.service.QueueControl;
import org.tarishi.api.service.QueueControl.State;
import org.tarishi.core.queue.RamQueueStore;
import org.tarishi.core.spi.QueueQuery;

/** Looking into the queue, and steering it. */
final class ControlTest {

    private static final Reply BUSY = Reply.of(451, new EnhancedStatus(4, 2, 0), "mailbox busy");

    @TempDir
    private Path folder;

    private final RamQueueStore store = new RamQueueStore();
    private final World.Time time = new World.Time();
    private World world;
    private int imports;
    private final StringBuilder out = new StringBuilder();

    @BeforeEach
    void make() {
        world = new World(store, time, folder, new ArrayList<>(), "jitter", 0, "events", "");
        world.next = (mail, recipient) -> BUSY;
        world.submit("C1.1", "<a@one.example>", "<x@d.example>");
        world.run();
        time.advance(Duration.ofSeconds(30));
        world.dispatcher.pause("e.example");
        world.submit("C1.2", "<b@two.example>", "<y@e.example>");
        world.submit("C2.1", "<>", "<y@e.example>");
        world.run();
    }

    private List<String> ids(QueueQuery query) {
        return world.control.find(query, 100).stream()
                .map(QueueControl.Entry::id)
                .toList();
    }

    private int command(String... words) {
        out.setLength(0);
        var all = new ArrayList<String>();
        all.add(folder.toString());
        all.addAll(List.of(words));
        Clock clock = time;
        return new QueueCommand(world.control, world, () -> imports++, clock).apply(all, out);
    }

    @Test
    void mailIsFoundByAllThatCanBeSaidOfIt() {
        var all = QueueQuery.ALL;
        assertThat(ids(all)).containsExactly("C1.1.1", "C1.2.1", "C2.1.1");
        assertThat(ids(all.id("C1"))).containsExactly("C1.1.1", "C1.2.1");
        assertThat(ids(all.id("C1.2.1"))).containsExactly("C1.2.1");
        assertThat(ids(all.sender("A@one.example"))).containsExactly("C1.1.1");
        assertThat(ids(all.sender("@two.example"))).containsExactly("C1.2.1");
        assertThat(ids(all.sender("<>"))).containsExactly("C2.1.1");
        assertThat(ids(all.recipient("<y@e.example>"))).containsExactly("C1.2.1", "C2.1.1");
        assertThat(ids(all.recipient("@d.example"))).containsExactly("C1.1.1");
        assertThat(ids(all.domain("E.example"))).containsExactly("C1.2.1", "C2.1.1");
        assertThat(ids(all.olderThan(Duration.ofSeconds(30)))).containsExactly("C1.1.1");
        assertThat(ids(all.state(State.DEFERRED))).containsExactly("C1.1.1");
        assertThat(ids(all.state(State.SCHEDULED))).containsExactly("C1.2.1", "C2.1.1");
        assertThat(ids(all.lastReply("MAILBOX busy"))).containsExactly("C1.1.1");
        assertThat(ids(all.route("mx.example"))).containsExactly("C1.1.1");
        assertThat(ids(all.domain("e.example").sender("<>"))).containsExactly("C2.1.1");
        assertThat(world.control.find(all, 2)).hasSize(2);
        assertThat(world.control.get("C1.1.1").orElseThrow().lastReply()).contains("451 4.2.0 mailbox busy");
        assertThat(world.control.stats().count(State.DEFERRED)).isEqualTo(1);
        assertThat(world.control.stats().total()).isEqualTo(3);
    }

    @Test
    void heldMailIsNotTriedUntilItIsReleased() {
        assertThat(world.control.hold(QueueQuery.ALL.id("C1.1.1"))).isEqualTo(1);
        assertThat(world.runAfter("PT1H")).isZero();
        assertThat(ids(QueueQuery.ALL.state(State.HELD))).containsExactly("C1.1.1");
        assertThat(world.control.release(QueueQuery.ALL)).isEqualTo(1);
        assertThat(world.control.release(QueueQuery.ALL)).isZero();
        assertThat(world.run()).isEqualTo(1);
    }

    @Test
    void mailThatIsGivenUpIsToldOfThoughItsDestinationIsPaused() {
        assertThat(world.control.bounce(QueueQuery.ALL.id("C1.2"))).isEqualTo(1);
        world.next = (mail, recipient) -> Reply.of(250, "taken");
        world.run();
        assertThat(world.notices).hasSize(1);
        assertThat(world.mail("C1.2.1")).isEmpty();
    }

    @Test
    void droppedMailIsGoneAndNobodyIsTold() {
        assertThat(world.control.drop(QueueQuery.ALL.domain("d.example"))).isEqualTo(1);
        assertThat(world.mail("C1.1.1")).isEmpty();
        assertThat(world.notices).isEmpty();
        assertThat(world.runAfter("PT1H")).isZero();
    }

    @Test
    void mailThatIsBeingTriedIsDealtWithWhenTheAttemptHasEnded() {
        world.next = (mail, recipient) -> {
            assertThat(world.control.hold(QueueQuery.ALL.id(mail.id()))).isEqualTo(1);
            return BUSY;
        };
        world.runAfter("PT64S");
        assertThat(world.mail("C1.1.1").orElseThrow().state().held()).isEqualTo("by an operator");
        assertThat(world.runAfter("PT1H")).isZero();
    }

    @Test
    void retryMakesWhatMatchesDue() {
        assertThat(world.control.retry(QueueQuery.ALL.sender("@two.example"))).isZero();
        assertThat(world.control.retry(QueueQuery.ALL.sender("@one.example"))).isEqualTo(1);
        assertThat(world.run()).isEqualTo(1);
    }

    @Test
    void aPauseBySenderHoldsOverARestartAndEndsWhenItIsResumed() {
        var id = world.control.pause(QueueQuery.ALL.sender("@one.example"));
        assertThat(world.control.pause(QueueQuery.ALL.sender("@one.example"))).isEqualTo(id);
        world.control.retry(QueueQuery.ALL);
        assertThat(world.run()).isEqualTo(1);
        assertThat(world.attempts).hasSize(1);
        var again = store.restart();
        again.endScan();
        var other = new World(again, time, folder, new ArrayList<>(), "jitter", 0, "events", "");
        assertThat(other.control.pauses()).hasSize(1);
        other.loader.load();
        other.runAfter("PT1H");
        assertThat(other.attempts).noneMatch(line -> line.startsWith("C1.1.1"));
        assertThat(other.control.resume(id)).isTrue();
        assertThat(other.control.resume(id)).isFalse();
        other.run();
        assertThat(other.attempts).anyMatch(line -> line.startsWith("C1.1.1"));
    }

    @Test
    void aPauseByRouteStopsMailWhoseNextHopItIs() {
        world.control.pause(QueueQuery.ALL.route("mx.example"));
        world.control.retry(QueueQuery.ALL);
        world.run();
        assertThat(world.attempts).hasSize(1);
    }

    @Test
    void pausesThatCantBeReadPauseEverything() throws Exception {
        Files.writeString(folder.resolve("pauses"), "p1 nonsense\n");
        var other = new World(store, time, folder, new ArrayList<>(), "events", "");
        other.loader.load();
        assertThat(other.runAfter("PT1H")).isZero();
        assertThat(other.control.pauses().getFirst().id()).isEqualTo("unreadable");
    }

    // ---- the command ----

    @Test
    void theCommandListsAndShows() {
        assertThat(command("list")).isZero();
        assertThat(out.toString().lines()).hasSize(3);
        assertThat(out.toString()).contains("C1.1.1  deferred  30s").contains("451 4.2.0 mailbox busy");
        assertThat(command("show", "C1.1.1")).isZero();
        assertThat(out.toString()).contains("next hop    mx.example").contains("<x@d.example> pending: 451");
        assertThat(command("show", "nothing")).isEqualTo(1);
        assertThat(command("stats")).isZero();
        assertThat(out.toString()).contains("deferred    1").contains("total       3");
        assertThat(command("destinations")).isZero();
        assertThat(out.toString()).contains("e.example  due=2").contains("paused");
    }

    @Test
    void theCommandOnlyCountsWhereNobodySaidYes() {
        assertThat(command("drop", "--domain", "e.example")).isZero();
        assertThat(out.toString()).isEqualTo("2 mails match; with --yes they are dropped\n");
        assertThat(store.stats().mails()).isEqualTo(3);
        assertThat(command("drop", "--domain", "e.example", "--yes")).isZero();
        assertThat(out.toString()).isEqualTo("2 mails dropped\n");
        assertThat(store.stats().mails()).isEqualTo(1);
        assertThat(command("drop", "C1.1.1")).isZero();
        assertThat(store.stats().mails()).isZero();
    }

    @Test
    void theCommandRefusesWhatItDoesNotKnow() {
        assertThat(command("drop")).isEqualTo(2);
        assertThat(out.toString()).startsWith("queue: wants an id, filters, or --all\nusage: ");
        assertThat(command("list", "--older", "soon")).isEqualTo(2);
        assertThat(command("list", "--state", "lost")).isEqualTo(2);
        assertThat(command("dance")).isEqualTo(2);
        assertThat(command()).isEqualTo(2);
        assertThat(command("--help")).isZero();
    }

    @Test
    void theCommandRetriesPausesAndResumes() {
        assertThat(command("retry", "d.example")).isZero();
        assertThat(out.toString()).isEqualTo("1 mail due now\n");
        assertThat(command("pause", "--domain", "d.example")).isZero();
        assertThat(out.toString()).isEqualTo("paused as p1\n");
        assertThat(world.run()).isZero();
        assertThat(command("pauses")).isZero();
        assertThat(out.toString()).isEqualTo("p1  --domain d.example\n");
        assertThat(command("resume", "p1")).isZero();
        assertThat(world.run()).isEqualTo(1);
        assertThat(command("pauses")).isEqualTo(1);
    }

    @Test
    void theCommandImportsAMessageAndHasItTried() throws Exception {
        Files.writeString(folder.resolve("in.eml"), "Subject: in\r\n\r\nbody\r\n");
        assertThat(command("import", "in.eml", "--from", "<>", "--to", "z@f.example"))
                .as(out.toString())
                .isZero();
        assertThat(out.toString()).isEqualTo("queued as import.1\n");
        var mail = world.mail("import.1").orElseThrow();
        assertThat(mail.sender().isNull()).isTrue();
        assertThat(mail.recipients().toString()).isEqualTo("[<z@f.example>]");
        assertThat(imports).isEqualTo(1);
    }

    @Test
    void theCommandToldToImportSaysWhatIsMissing() {
        assertThat(command("import", "in.eml")).isEqualTo(2);
        assertThat(out.toString()).startsWith("queue: wants --to ADDRESS");
        assertThat(command("import", "--to", "z@f.example")).isEqualTo(2);
        assertThat(command("import", "in.eml", "--to", "@@")).isEqualTo(2);
        assertThat(command("import", "in.eml", "--to", "z@f.example", "--from", "<>", "--from", "<>"))
                .isEqualTo(2);
        assertThat(command("import", "in.eml", "--to", "z@f.example", "--domain", "f.example"))
                .isEqualTo(2);
        assertThat(command("list", "--to", "z@f.example")).isEqualTo(2);
        assertThat(command("import", "no.eml", "--to", "z@f.example")).isEqualTo(1);
        assertThat(imports).isZero();
    }

    @Test
    void theCommandExportsAMessageAndOverwritesNothing() throws Exception {
        assertThat(command("export", "C1.1.1", "mail.eml")).isZero();
        assertThat(Files.readString(folder.resolve("mail.eml"))).endsWith("Subject: hi\r\n\r\nbody\r\n");
        assertThat(command("export", "C1.1.1", "mail.eml")).isEqualTo(1);
    }
}
