package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tarishi.api.Hello;
import org.tarishi.api.Moment;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.ConnectHook;
import org.tarishi.api.hook.DataHook;
import org.tarishi.api.hook.DataPostHook;
import org.tarishi.api.hook.HelloHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.NoopHook;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.QueueOutboundHook;
import org.tarishi.api.hook.QueuedHook;
import org.tarishi.api.hook.QuitHook;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.RcptOkHook;
import org.tarishi.api.hook.RsetHook;
import org.tarishi.api.hook.TooBigHook;
import org.tarishi.api.hook.VrfyHook;
import org.tarishi.api.message.Message;
import org.tarishi.core.spi.Subject;

/** Everything that a plugin should not do, at each moment where it can: one line, the answer that a fault has, and others are served. */
final class HostileTest {

    private static final NoteKey<String> NOTE = NoteKey.of("hostile.note", String.class);
    private static final Recipient RCPT = Recipient.parse("<a@b.example>");
    private static final int DEEDS = 30;

    private static final List<Moment> MOMENTS = List.of(
            Moment.CONNECT,
            Moment.HELO,
            Moment.EHLO,
            Moment.MAIL,
            Moment.RCPT,
            Moment.RCPT_OK,
            Moment.DATA,
            Moment.DATA_POST,
            Moment.MAX_DATA_EXCEEDED,
            Moment.QUEUE,
            Moment.QUEUE_OUTBOUND,
            Moment.QUEUE_OK,
            Moment.VRFY,
            Moment.NOOP,
            Moment.RSET,
            Moment.QUIT);

    /** What a plugin does in a hook. */
    interface Deed {
        @Nullable HookResult does(SmtpConnection connection, @Nullable Transaction tx) throws Throwable;
    }

    private static final Map<String, Deed> CATALOGUE = catalogue();

    private static Map<String, Deed> catalogue() {
        var deeds = new LinkedHashMap<String, Deed>();
        thrown(deeds, "an exception", () -> new IllegalStateException("boom"));
        thrown(deeds, "an exception without words", IllegalArgumentException::new);
        thrown(deeds, "a checked exception", () -> new java.io.IOException("disk"));
        thrown(deeds, "an interruption of nobody's", InterruptedException::new);
        thrown(deeds, "a null pointer", NullPointerException::new);
        thrown(deeds, "a wrong cast", ClassCastException::new);
        thrown(deeds, "a wrong index", ArrayIndexOutOfBoundsException::new);
        thrown(deeds, "no such element", NoSuchElementException::new);
        thrown(deeds, "what is not supported", UnsupportedOperationException::new);
        thrown(deeds, "a concurrent change", ConcurrentModificationException::new);
        thrown(deeds, "a cancellation", CancellationException::new);
        thrown(deeds, "a completion with a cause", () -> new CompletionException(new IllegalStateException("inner")));
        thrown(deeds, "a security exception, as at System.exit", () -> new SecurityException("a plugin must not"));
        thrown(deeds, "an error", () -> new AssertionError("wrong"));
        thrown(deeds, "an error of the class path", () -> new NoClassDefFoundError("org/example/Absent"));
        thrown(deeds, "a class that can't be linked", () -> new IncompatibleClassChangeError("changed"));
        thrown(deeds, "a class that can't be initialized", () -> new ExceptionInInitializerError("static"));
        thrown(deeds, "a method that is not there", () -> new NoSuchMethodError("gone"));
        thrown(deeds, "a method that is abstract", () -> new AbstractMethodError("abstract"));
        thrown(deeds, "native code that is not there", () -> new UnsatisfiedLinkError("libx"));
        thrown(deeds, "memory that is out", () -> new OutOfMemoryError("Java heap space"));
        thrown(deeds, "an error of the machine", () -> new InternalError("machine"));
        thrown(deeds, "lines for the log", () -> new IllegalStateException("a\r\n2026-01-01 ERROR forged\u2028x"));
        thrown(deeds, "a megabyte of words", () -> new IllegalStateException("x".repeat(1 << 20)));
        thrown(deeds, "words that throw", () -> new IllegalStateException() {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new IllegalStateException("even this");
            }
        });
        thrown(deeds, "a cause of itself", () -> {
            var a = new IllegalStateException("a");
            a.initCause(new IllegalStateException("b", a));
            return a;
        });
        thrown(deeds, "no stack", () -> new RuntimeException("bare", null, false, false) {
            private static final long serialVersionUID = 1L;
        });
        deeds.put("a stack that is full", (connection, tx) -> full(0));
        deeds.put("no answer", (connection, tx) -> null);
        deeds.put("changes, and then a fault", (connection, tx) -> {
            change(connection, tx);
            throw new IllegalStateException("after the changes");
        });
        deeds.put("a reply that can't be one", (connection, tx) -> HookResult.deny(Reply.of(550, "a\r\n250 forged")));
        deeds.put("a thread that is interrupted, and a fault", (connection, tx) -> {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted itself");
        });
        deeds.put("the memory is asked for too much at once", (connection, tx) -> {
            var sizes = new ArrayList<int[]>();
            sizes.add(new int[Integer.MAX_VALUE]);
            return sizes.isEmpty() ? null : HookResult.OK;
        });
        deeds.put("a body that is not there is asked for", (connection, tx) -> {
            throw new IllegalArgumentException("there is no message", new java.io.IOException("closed"));
        });
        return deeds;
    }

    private interface Made {
        Throwable make();
    }

    private static void thrown(Map<String, Deed> deeds, String name, Made made) {
        deeds.put(name, (connection, tx) -> {
            throw made.make();
        });
    }

    @SuppressWarnings("InfiniteRecursion") // that is what it is for
    private static HookResult full(int depth) {
        var deeper = full(depth + 1);
        return depth < 0 ? deeper : HookResult.OK;
    }

    private static void change(SmtpConnection connection, @Nullable Transaction tx) {
        connection.notes().put(NOTE, "was here");
        connection.grantRelaying("hostile");
        if (tx != null) {
            tx.notes().put(NOTE, "was here");
            tx.headers().append("X-Hostile", "was here");
            tx.recipients().add(RCPT);
        }
    }

    static Stream<String> deeds() {
        return CATALOGUE.keySet().stream();
    }

    @Test
    void theCatalogueIsLongEnough() {
        assertThat(CATALOGUE).hasSizeGreaterThanOrEqualTo(DEEDS);
    }

    @ParameterizedTest
    @MethodSource("deeds")
    void atEachMomentItIsOneLineAndARefusalForNowAndOthersAreServed(String name) {
        for (var moment : MOMENTS) {
            try (var kit = new Kit()) {
                kit.plugin("hostile").install(new Hostile(CATALOGUE.getOrDefault(name, (connection, tx) -> null)));
                var session = new FakeConnection("BAD", kit.engine());
                var verdict = Kit.get(kit.askLater(kit.engine().current(), moment, subject(kit, session, moment)));

                assertThat(verdict.isFault()).as("%s at %s", name, moment).isTrue();
                assertThat(verdict.answer()).as("%s at %s", name, moment).isInstanceOf(HookResult.DenySoft.class);
                assertThat(kit.log())
                        .as("%s at %s", name, moment)
                        .singleElement()
                        .satisfies(line -> assertThat(line)
                                .contains("BAD", "hostile at " + moment.key())
                                .hasSizeLessThan(2000)
                                .doesNotContainPattern("[\\r\\n\\u2028]"));
                assertThat(session.notes().names()).isEmpty();
                assertThat(session.isRelaying()).isFalse();

                var honest = new FakeConnection("GOOD", kit.engine());
                assertThat(Kit.get(kit.askLater(kit.engine().current(), moment, subject(kit, honest, moment)))
                                .answer())
                        .as("%s at %s", name, moment)
                        .isEqualTo(HookResult.OK);
            }
        }
    }

    private static Subject subject(Kit kit, FakeConnection session, Moment moment) {
        var tx = switch (moment) {
            case CONNECT, HELO, EHLO, VRFY, NOOP, RSET, QUIT -> null;
            default -> new FakeTransaction(session.id() + ".1", session, kit.engine());
        };
        Object argument = switch (moment) {
            case HELO, EHLO -> new Hello(moment == Moment.EHLO ? Hello.Verb.EHLO : Hello.Verb.HELO, "client.example");
            case MAIL -> ReversePath.NULL;
            case RCPT, RCPT_OK -> RCPT;
            default -> "argument";
        };
        return new Subject(session, tx, tx == null ? null : new FakeMessage(), argument);
    }

    /** Does its deed to one session, and answers the others. */
    record Hostile(Deed deed)
            implements ConnectHook,
                    HelloHook,
                    MailHook,
                    RcptHook,
                    RcptOkHook,
                    DataHook,
                    DataPostHook,
                    TooBigHook,
                    QueueHook,
                    QueueOutboundHook,
                    QueuedHook,
                    VrfyHook,
                    NoopHook,
                    RsetHook,
                    QuitHook {

        /** What no checker can see in a plugin that was built without one. */
        @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
        private static <T extends Throwable> HookResult sneak(
                Deed deed, SmtpConnection connection, @Nullable Transaction tx) throws T {
            try {
                return deed.does(connection, tx);
            } catch (Throwable t) {
                @SuppressWarnings("unchecked") // thrown as it is
                T same = (T) t;
                throw same;
            }
        }

        private HookResult act(SmtpConnection connection, @Nullable Transaction tx) {
            return connection.id().equals("BAD")
                    ? Hostile.<RuntimeException>sneak(deed, connection, tx)
                    : HookResult.OK;
        }

        @Override
        public HookResult onConnect(SmtpConnection connection) {
            return act(connection, null);
        }

        @Override
        public HookResult onHello(SmtpConnection connection, Hello hello) {
            return act(connection, null);
        }

        @Override
        public HookResult onMail(Transaction tx, ReversePath sender) {
            return act(tx.connection(), tx);
        }

        @Override
        public HookResult onRcpt(Transaction tx, Recipient recipient) {
            return act(tx.connection(), tx);
        }

        @Override
        public HookResult onRcptOk(Transaction tx, Recipient recipient) {
            return act(tx.connection(), tx);
        }

        @Override
        public HookResult onData(Transaction tx) {
            return act(tx.connection(), tx);
        }

        @Override
        public HookResult onDataPost(Transaction tx, Message message) {
            return act(tx.connection(), tx);
        }

        @Override
        public HookResult onTooBig(Transaction tx) {
            return act(tx.connection(), tx);
        }

        @Override
        public HookResult onQueue(Transaction tx, Message message) {
            return act(tx.connection(), tx);
        }

        @Override
        public HookResult onQueueOutbound(Transaction tx, Message message) {
            return act(tx.connection(), tx);
        }

        @Override
        public HookResult onQueued(Transaction tx, String id) {
            return act(tx.connection(), tx);
        }

        @Override
        public HookResult onVrfy(SmtpConnection connection, String argument) {
            return act(connection, null);
        }

        @Override
        public HookResult onNoop(SmtpConnection connection, String argument) {
            return act(connection, null);
        }

        @Override
        public HookResult onRset(SmtpConnection connection, String argument) {
            return act(connection, null);
        }

        @Override
        public HookResult onQuit(SmtpConnection connection, String argument) {
            return act(connection, null);
        }
    }
}
