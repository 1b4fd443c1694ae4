package org.tarishi.core.hooks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.tarishi.api.Moment;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.DataHook;
import org.tarishi.api.hook.DataPostHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.QueueHook;
import org.tarishi.api.hook.QueuedHook;
import org.tarishi.api.hook.RcptHook;
import org.tarishi.api.hook.RcptOkHook;
import org.tarishi.api.message.Message;
import org.tarishi.core.spi.Generation;
import org.tarishi.core.spi.Subject;

/** What asking costs; see the README for how to run it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ChainBenchmark {

    private static final Executor SAME = Runnable::run;
    private static final String NOTHING = "";

    /** What a message of one recipient is asked about, and with what. */
    private static final Map<Moment, Object> MOMENTS = new LinkedHashMap<>();

    static {
        MOMENTS.put(Moment.MAIL, ReversePath.parse("<a@b.example>"));
        MOMENTS.put(Moment.RCPT, Recipient.parse("<a@b.example>"));
        MOMENTS.put(Moment.RCPT_OK, Recipient.parse("<a@b.example>"));
        MOMENTS.put(Moment.DATA, NOTHING);
        MOMENTS.put(Moment.DATA_POST, NOTHING);
        MOMENTS.put(Moment.QUEUE, NOTHING);
        MOMENTS.put(Moment.QUEUE_OK, "queued");
    }

    private Kit kit = new Kit();
    private Kit one = kit;
    private Kit thirty = kit;
    private Kit blocking = kit;
    private Kit message = kit;
    private Kit messageOfTen = kit;
    private Subject subject = kit.about(null, null);
    private Moment[] moments = {};
    private Subject[] subjects = {};
    private Generation held = kit.engine().current();

    /** Makes the engines. */
    @Setup
    public void setup() {
        kit = Kit.real();
        held = kit.begin();
        one = noops(1, true);
        thirty = noops(30, true);
        blocking = noops(30, false);
        message = noopsOnAll(1);
        messageOfTen = noopsOnAll(11);
        subject = kit.about(kit.transaction("C1.1"), Recipient.parse("<a@b.example>"));
        var tx = kit.transaction("C1.1");
        var content = new FakeMessage();
        moments = MOMENTS.keySet().toArray(Moment[]::new);
        subjects = MOMENTS.values().stream()
                .map(argument -> new Subject(kit.connection(), tx, content, NOTHING.equals(argument) ? null : argument))
                .toArray(Subject[]::new);
    }

    private static Kit noopsOnAll(int count) {
        var trusted = new String[count];
        for (int i = 0; i < count; i++) {
            trusted[i] = "noop-" + i;
        }
        var made = Kit.real("trusted", trusted);
        for (var name : trusted) {
            made.plugin(name).nonBlocking().install(new Noop());
        }
        return made;
    }

    /** Has no opinion of anything that becomes of a message. */
    private static final class Noop
            implements MailHook, RcptHook, RcptOkHook, DataHook, DataPostHook, QueueHook, QueuedHook {
        @Override
        public HookResult onMail(Transaction tx, ReversePath sender) {
            return HookResult.CONTINUE;
        }

        @Override
        public HookResult onRcpt(Transaction tx, Recipient recipient) {
            return HookResult.CONTINUE;
        }

        @Override
        public HookResult onRcptOk(Transaction tx, Recipient recipient) {
            return HookResult.CONTINUE;
        }

        @Override
        public HookResult onData(Transaction tx) {
            return HookResult.CONTINUE;
        }

        @Override
        public HookResult onDataPost(Transaction tx, Message message) {
            return HookResult.CONTINUE;
        }

        @Override
        public HookResult onQueue(Transaction tx, Message message) {
            return HookResult.CONTINUE;
        }

        @Override
        public HookResult onQueued(Transaction tx, String queueId) {
            return HookResult.CONTINUE;
        }
    }

    private static Kit noops(int count, boolean isNonBlocking) {
        var trusted = new String[count];
        for (int i = 0; i < count; i++) {
            trusted[i] = "noop-" + i;
        }
        var made = Kit.real("trusted", trusted);
        for (var name : trusted) {
            var described = made.plugin(name);
            (isNonBlocking ? described.nonBlocking() : described)
                    .hook(RcptHook.class, (tx, rcpt) -> HookResult.CONTINUE);
        }
        return made;
    }

    /** Lets the engines go. */
    @TearDown
    public void close() {
        kit.close();
        one.close();
        thirty.close();
        blocking.close();
        message.close();
        messageOfTen.close();
    }

    /** Nobody is asked. */
    @Benchmark
    public boolean empty() {
        return held.isEmpty(Moment.RCPT);
    }

    /** One hook on the event loop. */
    @Benchmark
    public void oneInline(Blackhole hole) {
        one.engine().current().ask(Moment.RCPT, subject, SAME, hole::consume);
    }

    /** Thirty hooks on the event loop. */
    @Benchmark
    public void thirtyInline(Blackhole hole) {
        thirty.engine().current().ask(Moment.RCPT, subject, SAME, hole::consume);
    }

    /** Thirty hooks on a virtual thread, there and back. */
    @Benchmark
    public void thirtyOnOneVirtualThread(Blackhole hole) throws InterruptedException {
        var isDone = new CountDownLatch(1);
        blocking.engine().current().ask(Moment.RCPT, subject, SAME, verdict -> {
            hole.consume(verdict);
            isDone.countDown();
        });
        isDone.await();
    }

    /** All moments of a message, with one plugin on each of them. */
    @Benchmark
    public void messageWithOnePlugin(Blackhole hole) {
        ask(message, hole);
    }

    /** The same with ten plugins more: a tenth of the difference is what one adds to a message. */
    @Benchmark
    public void messageWithTenPluginsMore(Blackhole hole) {
        ask(messageOfTen, hole);
    }

    private void ask(Kit asked, Blackhole hole) {
        for (int i = 0; i < moments.length; i++) {
            asked.engine().current().ask(moments[i], subjects[i], SAME, hole::consume);
        }
    }

    /** Runs all, with what is allocated. */
    public static void main(String[] args) throws Exception {
        new Runner(new OptionsBuilder()
                        .include(ChainBenchmark.class.getSimpleName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
    }
}
