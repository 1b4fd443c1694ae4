package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tarishi.api.AuthResult;
import org.tarishi.api.Moment;
import org.tarishi.api.NoteCodec;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.Capabilities;
import org.tarishi.api.hook.CapabilityHook;
import org.tarishi.api.hook.DataPostHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.SessionListener;
import org.tarishi.core.spi.Subject;

/** What a call is shown, and when what it changes takes effect. */
final class ViewTest {

    private static final Recipient RCPT = Recipient.parse("<a@b.example>");
    private static final Recipient OTHER = Recipient.parse("<c@d.example>");
    private static final NoteKey<String> NOTE = NoteKey.of("test.note", String.class);

    private final Kit kit = new Kit();

    @AfterEach
    void close() {
        kit.close();
    }

    @Test
    void aCallSeesItsOwnChangesAndOthersSeeThemWhenItHasReturned() {
        var tx = kit.transaction("C1.1");
        tx.recipients().add(OTHER);
        kit.plugin("editor").hook(RcptHook.class, (view, rcpt) -> {
            view.replaceSender(ReversePath.parse("<x@y.example>"));
            view.recipients().add(rcpt);
            view.recipients().remove(OTHER);
            view.headers().prepend("X-One", "1");
            view.headers().append("X-Two", "2");
            view.headers().remove("X-Two");
            view.grantRelaying("test");
            view.discardBody();
            view.skipPlugin("nobody");
            view.notes().put(NOTE, "value");
            view.results().pass("check");
            view.results().increment("count", 2);
            view.authResults().add(AuthResult.of("spf", "pass"));
            view.connection().grantRelaying("test");
            view.connection().notes().put(NOTE, "for the connection");

            assertThat(view.sender().toString()).isEqualTo("<x@y.example>");
            assertThat(view.recipients().all()).containsExactly(rcpt);
            assertThat(view.headers().first("x-one")).contains("1");
            assertThat(view.headers().fields()).hasSize(1);
            assertThat(view.isRelaying()).isTrue();
            assertThat(view.isDiscarding()).isTrue();
            assertThat(view.skippedPlugins()).containsExactly("nobody");
            assertThat(view.notes().get(NOTE)).contains("value");
            assertThat(view.notes().names()).containsExactly("test.note");
            assertThat(view.results().of("editor").orElseThrow().passed()).containsExactly("check");
            assertThat(view.authResults().all()).hasSize(1);
            assertThat(view.connection().isRelaying()).isTrue();

            assertThat(tx.sender()).isEqualTo(ReversePath.NULL);
            assertThat(tx.recipients().all()).containsExactly(OTHER);
            assertThat(tx.headers().fields()).isEmpty();
            assertThat(tx.isRelaying()).isFalse();
            assertThat(tx.isDiscarding()).isFalse();
            assertThat(tx.notes().names()).isEmpty();
            assertThat(tx.results().all()).isEmpty();
            assertThat(tx.authResults().all()).isEmpty();
            assertThat(kit.connection().isRelaying()).isFalse();
            return HookResult.CONTINUE;
        });
        assertThat(kit.ask(Moment.RCPT, kit.about(tx, RCPT)).isFault()).isFalse();

        assertThat(tx.sender().toString()).isEqualTo("<x@y.example>");
        assertThat(tx.recipients().all()).containsExactly(RCPT);
        assertThat(tx.headers().first("x-one")).contains("1");
        assertThat(tx.isRelaying()).isTrue();
        assertThat(tx.isDiscarding()).isTrue();
        assertThat(tx.notes().get(NOTE)).contains("value");
        assertThat(tx.results().of("editor").orElseThrow().passed()).containsExactly("check");
        assertThat(tx.results().of("editor").orElseThrow().counter("count")).isEqualTo(2);
        assertThat(tx.authResults().all()).hasSize(1);
        assertThat(kit.connection().isRelaying()).isTrue();
        assertThat(kit.connection().notes().get(NOTE)).contains("for the connection");
    }

    @Test
    void afterTheCallChangingThrowsAndReadingGoesOn() {
        var tx = kit.transaction("C1.1");
        var kept = new AtomicReference<Transaction>();
        kit.plugin("hoarder").hook(MailHook.class, (view, sender) -> {
            view.headers().prepend("X-One", "1");
            view.notes().put(NOTE, "value");
            kept.set(view);
            return HookResult.CONTINUE;
        });
        kit.ask(Moment.MAIL, kit.about(tx, ReversePath.NULL));
        var view = Objects.requireNonNull(kept.get());

        tx.headers().prepend("X-Later", "2");
        assertThat(view.headers().fields()).hasSize(2);
        assertThat(view.notes().get(NOTE)).contains("value");
        assertThat(view.id()).isEqualTo("C1.1");
        var changes = new ArrayList<Runnable>();
        changes.add(() -> view.headers().append("X", "y"));
        changes.add(() -> view.headers().remove("X-One"));
        changes.add(() -> view.notes().put(NOTE, "x"));
        changes.add(() -> view.notes().putIfAbsent(NoteKey.of("test.other", String.class), "x"));
        changes.add(() -> view.notes().remove(NOTE));
        changes.add(() -> view.results().fail("x"));
        changes.add(() -> view.recipients().add(RCPT));
        changes.add(() -> view.recipients().remove(RCPT));
        changes.add(() -> view.recipients().replace(RCPT, List.of()));
        changes.add(() -> view.replaceSender(ReversePath.NULL));
        changes.add(() -> view.grantRelaying("x"));
        changes.add(() -> view.skipPlugin("x"));
        changes.add(view::discardBody);
        changes.add(() -> view.authResults().add(AuthResult.of("spf", "pass")));
        changes.add(() -> view.connection().grantRelaying("x"));
        changes.add(() -> view.connection().notes().put(NOTE, "x"));
        assertThat(changes)
                .allSatisfy(change -> assertThatThrownBy(change::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("hoarder has ended"));
    }

    @Test
    void theRecipientThatIsAskedAboutCanBeReplacedThoughItIsNotAmongTheAcceptedYet() {
        kit.plugin("alias").hook(RcptHook.class, (view, rcpt) -> {
            assertThat(view.recipients().replace(rcpt, List.of(OTHER))).isTrue();
            assertThat(view.recipients().replace(OTHER, List.of())).isFalse();
            return HookResult.OK;
        });
        assertThat(kit.ask(Moment.RCPT, kit.about(kit.transaction("C1.1"), RCPT))
                        .isFault())
                .isFalse();
    }

    @Test
    void headerFieldsOfTransactionAndMessageAreTheSameAndOneForkIsHandedOver() {
        var tx = kit.transaction("C1.1");
        var message = new FakeMessage();
        kit.plugin("stamp").hook(DataPostHook.class, (view, its) -> {
            view.headers().prepend("X-A", "1");
            its.headers().prepend("X-B", "2");
            its.banner("text", "html");
            assertThat(its.headers().fields()).hasSize(2);
            assertThat(message.headers().fields()).isEmpty();
            assertThat(message.banners()).isEmpty();
            return HookResult.CONTINUE;
        });
        assertThat(kit.ask(Moment.DATA_POST, new Subject(kit.connection(), tx, message, null))
                        .isFault())
                .isFalse();
        assertThat(message.headers().fields()).hasSize(2);
        assertThat(message.banners()).containsExactly("text");
    }

    @Test
    void capabilitiesAreCheckedInTheCallAndCarriedOutAfterIt() {
        var lines = new ArrayList<String>(List.of("SIZE 1000"));
        var live = new Capabilities() {
            @Override
            public void offer(String line) {
                lines.add(line);
            }

            @Override
            public void allowMailParameter(String keyword) {
                lines.add("mail " + keyword);
            }

            @Override
            public void allowRcptParameter(String keyword) {
                lines.add("rcpt " + keyword);
            }

            @Override
            public boolean withdraw(String keyword) {
                return lines.removeIf(line -> line.startsWith(keyword));
            }

            @Override
            public List<String> lines() {
                return List.copyOf(lines);
            }
        };
        kit.plugin("offers").hook(CapabilityHook.class, (connection, capabilities) -> {
            capabilities.offer("XTEST a b");
            capabilities.allowMailParameter("XT");
            assertThat(capabilities.withdraw("CHUNKING")).isFalse();
            assertThat(capabilities.withdraw("SIZE")).isTrue();
            assertThat(capabilities.lines()).containsExactly("XTEST a b");
            assertThat(lines).containsExactly("SIZE 1000");
            for (var bad : List.of("", "X\r\nY", " X", "X  y", "ÄÖ")) {
                assertThatThrownBy(() -> capabilities.offer(bad)).isInstanceOf(IllegalArgumentException.class);
            }
        });
        assertThat(kit.ask(Moment.CAPABILITIES, kit.about(null, live)).isFault())
                .isFalse();
        assertThat(lines).containsExactly("XTEST a b", "mail XT");
    }

    @Test
    void notesTakeWhatTheJdkAndTheApiKnowAndNothingOfAPluginsOwn() throws Exception {
        var own = new OwnLoader().own();
        var key = NoteKey.of("test.any", Object.class);
        var notes = kit.engine().newNotes();
        notes.put(key, List.of("x", 1));
        notes.put(key, RCPT);
        for (var bad : List.of(own, List.of(own), Map.of("k", own), Optional.of(own))) {
            assertThatThrownBy(() -> notes.put(key, bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("test.any")
                    .hasMessageContaining("codec");
        }
        var tx = kit.transaction("C1.1");
        kit.plugin("bad").hook(MailHook.class, (view, sender) -> {
            assertThatThrownBy(() -> view.notes().put(key, own)).isInstanceOf(IllegalArgumentException.class);
            return HookResult.OK;
        });
        assertThat(kit.ask(Moment.MAIL, kit.about(tx, ReversePath.NULL)).isFault())
                .isFalse();
        assertThat(tx.notes().names()).isEmpty();
    }

    /** Loads one class of its own, as a plugin's bundle does. */
    private static final class OwnLoader extends ClassLoader {

        OwnLoader() {
            super(ViewTest.class.getClassLoader());
        }

        Object own() throws Exception {
            var name = Thing.class.getName();
            byte[] bytes;
            try (var in = ViewTest.class.getResourceAsStream("/" + name.replace('.', '/') + ".class")) {
                bytes = Objects.requireNonNull(in).readAllBytes();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return defineClass(name, bytes, 0, bytes.length)
                    .getDeclaredConstructor()
                    .newInstance();
        }
    }

    /** A plugin's own type. */
    public static final class Thing {
        /** Makes one. */
        public Thing() {}
    }

    @Test
    void aNoteWithACodecIsKeptAsBytesAndReadByALaterVersion() {
        var written = NoteKey.of("test.codec", StringBuilder.class, new NoteCodec<StringBuilder>() {
            @Override
            public int version() {
                return 1;
            }

            @Override
            public byte[] encode(StringBuilder value) {
                return value.toString().getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public StringBuilder decode(int version, byte[] bytes) {
                throw new IllegalArgumentException();
            }
        });
        var read = NoteKey.of("test.codec", String.class, new NoteCodec<String>() {
            @Override
            public int version() {
                return 2;
            }

            @Override
            public byte[] encode(String value) {
                throw new IllegalArgumentException();
            }

            @Override
            public String decode(int version, byte[] bytes) {
                return version + ":" + new String(bytes, StandardCharsets.UTF_8);
            }
        });
        var tx = kit.transaction("C1.1");
        kit.plugin("writes").hook(MailHook.class, (view, sender) -> {
            view.notes().put(written, new StringBuilder("abc"));
            assertThat(view.notes().get(read)).contains("1:abc");
            return HookResult.OK;
        });
        assertThat(kit.ask(Moment.MAIL, kit.about(tx, ReversePath.NULL)).isFault())
                .isFalse();
        assertThat(tx.notes().get(read)).contains("1:abc");
        assertThat(tx.notes().get(written)).as("can't be read: absent").isEmpty();
        assertThat(tx.notes().get(NoteKey.of("test.codec", String.class)))
                .as("no codec")
                .isEmpty();
    }

    @Test
    void aNoteOfAnotherTypeReadsAsAbsent() {
        var notes = kit.engine().newNotes();
        notes.put(NOTE, "x");
        assertThat(notes.get(NoteKey.of("test.note", Integer.class))).isEmpty();
    }

    @Test
    void resultsTakePlainValuesOnlyAndAreBounded() {
        var results = kit.engine().newResults("C1");
        results.as("p").put("list", List.of("a", 1L, true));
        assertThatThrownBy(() -> results.as("p").put("x", RCPT)).isInstanceOf(IllegalArgumentException.class);
        for (int i = 0; i < 2000; i++) {
            results.as("p").pass("again");
        }
        assertThat(results.of("p").orElseThrow().passed()).hasSize(1000);
        results.pass("x");
        assertThat(results.all().keySet()).containsExactly("p", "core");
    }

    @Test
    void aListenersViewOnlyReads() {
        var seen = new AtomicReference<SmtpConnection>();
        kit.plugin("watcher").install(new SessionListener() {
            @Override
            public void opened(SmtpConnection connection) {
                seen.set(connection);
            }
        });
        kit.engine().opened(kit.connection());
        Awaitility.await().until(() -> seen.get() != null);
        assertThatThrownBy(() -> Objects.requireNonNull(seen.get()).notes().put(NOTE, "x"))
                .isInstanceOf(IllegalStateException.class);
    }
}
