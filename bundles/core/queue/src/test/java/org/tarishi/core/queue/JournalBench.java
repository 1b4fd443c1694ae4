package org.tarishi.core.queue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.tarishi.core.spi.NewMessage;

/** Measures how many messages a second are safe, by how many wait for theirs at once. {@code bench.folder} says on which disk. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
public class JournalBench {

    /** The bytes of a body. */
    @Param({"1024", "4096"})
    public int size;

    private Path folder = Path.of(".");
    private @Nullable JournalQueueStore store;

    @Setup
    public void open() throws IOException {
        folder = Files.createTempDirectory(
                Path.of(System.getProperty("bench.folder", System.getProperty("java.io.tmpdir"))), "queue-bench");
        store = new JournalQueueStore(
                folder, new Settings(Path.of("queue"), 64 << 20, 64 << 10, true, 0, 100_000_000, 0, 1 << 30));
    }

    @TearDown
    public void close() throws IOException {
        Objects.requireNonNull(store).close();
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private NewMessage message() {
        return Mails.message("bench.1", TestMessage.of("Subject: x\r\n\r\n" + "x".repeat(size)), "a.example");
    }

    private Object insert() {
        return Objects.requireNonNull(store)
                .insert(message())
                .toCompletableFuture()
                .join();
    }

    @Benchmark
    @Threads(1)
    public Object oneWriter() {
        return insert();
    }

    @Benchmark
    @Threads(8)
    public Object eightWriters() {
        return insert();
    }

    @Benchmark
    @Threads(32)
    public Object manyWriters() {
        return insert();
    }

    /** Runs it. */
    public static void main(String[] args) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(JournalBench.class.getSimpleName())
                        .build())
                .run();
    }
}
