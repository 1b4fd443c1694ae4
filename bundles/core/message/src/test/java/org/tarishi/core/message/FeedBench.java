package org.tarishi.core.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.tarishi.core.spi.Intake.Received;
import org.tarishi.core.spi.MessageStore.BareLineEnds;
import org.tarishi.core.spi.MessageStore.Framing;
import org.tarishi.core.spi.MessageStore.Limits;

/** Measures what it costs to receive a message, in pieces as a socket gives them. The README says how to run it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FeedBench {

    private static final int PIECE = 16 * 1024;
    private static final Limits LIMITS = new Limits(0, 1000, 1000, 256 * 1024, true);

    /** The bytes of the message. */
    @Param({"1024", "1048576", "16777216"})
    public int size;

    /** Where the peer's bytes lie. */
    @Param({"heap", "direct"})
    public String buffer = "heap";

    private ByteBuffer wire = ByteBuffer.allocate(0);
    private final SpoolingMessageStore store = new SpoolingMessageStore(
            Path.of(System.getProperty("java.io.tmpdir")).toString(),
            new Settings(64 << 20, 256L << 20, "", 1000, 50, 1 << 20));

    @Setup
    public void fill() {
        var text = new StringBuilder(
                "From: a@b.example\r\nTo: c@d.example\r\nSubject: bench\r\nDate: Fri, 20 Nov 2026 10:00:00 +0000\r\n\r\n");
        while (text.length() + 78 < size) {
            text.append("x".repeat(76)).append("\r\n");
        }
        var bytes = text.append(".\r\n").toString().getBytes(StandardCharsets.US_ASCII);
        wire = buffer.equals("heap")
                ? ByteBuffer.wrap(bytes)
                : ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    /** Feeds, completes, and lets go. */
    @Benchmark
    public long receive() {
        var intake = store.open("bench.1", Framing.DOT, BareLineEnds.REFUSE, LIMITS);
        for (int from = 0; from < wire.limit(); from += PIECE) {
            intake.feed(wire.slice(from, Math.min(PIECE, wire.limit() - from)));
        }
        var fields = new int[1];
        intake.complete(Runnable::run, received -> {
            if (received instanceof Received.Complete(var message)) {
                fields[0] = message.headers().fields().size();
                message.close();
            }
        });
        return fields[0] + intake.size();
    }

    /** Runs it, with what each call allocates. */
    public static void main(String[] args) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(FeedBench.class.getSimpleName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
    }
}
