package org.tarishi.core.hooks;

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
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.RcptHook;
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

    private Kit kit = new Kit();
    private Kit one = kit;
    private Kit thirty = kit;
    private Kit blocking = kit;
    private Subject subject = kit.about(null, null);
    private Generation held = kit.engine().current();

    /** Makes the engines. */
    @Setup
    public void setup() {
        kit = Kit.real();
        held = kit.begin();
        one = noops(1, true);
        thirty = noops(30, true);
        blocking = noops(30, false);
        subject = kit.about(kit.transaction("C1.1"), Recipient.parse("<a@b.example>"));
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

    /** Runs all, with what is allocated. */
    public static void main(String[] args) throws Exception {
        new Runner(new OptionsBuilder()
                        .include(ChainBenchmark.class.getSimpleName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
    }
}
