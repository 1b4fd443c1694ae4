package org.tarishi.core.boot;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The Java side of {@code bin/tarishi}. */
public final class Main {
    private Main() {}

    /**
     * Runs one command and exits with its code.
     *
     * @param arguments the command line; the system property {@code tarishi.home} names the distribution's folder
     */
    public static void main(String[] arguments) {
        int code;
        try {
            var home = Path.of(Objects.requireNonNull(System.getProperty("tarishi.home"), "tarishi.home"))
                    .toAbsolutePath()
                    .normalize();
            code = run(Options.parse(Arrays.asList(arguments), home), home);
        } catch (Refusal e) {
            say("tarishi: " + e.sentence());
            code = e.exitCode();
        }
        System.exit(code);
    }

    private static int run(Options options, Path home) throws Refusal {
        var folders = new Folders(home, options.base());
        return switch (options.command()) {
            case "run" -> Instance.run(folders, version(), options);
            case "await" -> await(folders, options.rest());
            case "rehearse" -> rehearse(folders);
            case "stop" -> stop(folders);
            default -> ask(folders, options.command(), options.rest());
        };
    }

    /** Has a running instance run a command. */
    private static int ask(Folders folders, String name, List<String> arguments) throws Refusal {
        var printed = new Printed(standardOutput());
        try {
            int code = ControlClient.run(folders.run(), name, arguments, System.in, printed);
            printed.check();
            return code;
        } catch (IOException e) {
            if (InstanceLock.isHeld(folders.run())) {
                throw new Refusal(
                        Refusal.NOT_READY, "the instance of " + folders.base() + " does not answer: " + e.getMessage());
            }
            if (name.equals("help")) {
                print(Options.USAGE + "\n");
                return 0;
            }
            var said = new StringBuilder();
            var code = OfflineCommands.run(folders, name, arguments, said);
            print(said.toString());
            return code.orElseThrow(() -> new Refusal(Refusal.NOT_RUNNING, "not running: " + folders.base()));
        }
    }

    /** Waits until a process that was just started is ready; for the start script. */
    private static int await(Folders folders, List<String> arguments) throws Refusal {
        var process = ProcessHandle.of(Long.parseLong(arguments.getFirst()));
        try {
            while (process.isPresent() && process.get().isAlive()) {
                // A refused start must not be mistaken for the instance that was there before it.
                if (InstanceLock.pid(folders.run()).orElse(-1) == process.get().pid()) {
                    try {
                        return ControlClient.run(folders.run(), "await", List.of(), standardOutput());
                    } catch (ConnectException | NoSuchFileException e) {
                        // not yet
                    } catch (java.net.SocketException e) {
                        // not yet: how a missing socket is told depends on the system
                    }
                }
                Thread.sleep(20);
            }
        } catch (IOException e) {
            // it ended while we asked
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Refusal.ENDED;
    }

    /** Has an instance that learns be used; for the start script. */
    private static int rehearse(Folders folders) throws Refusal {
        try {
            Rehearsal.run(folders);
            return 0;
        } catch (IOException e) {
            throw new Refusal(Refusal.NOT_READY, "what comes with use is not learned: " + e.getMessage());
        }
    }

    private static int stop(Folders folders) throws Refusal {
        var run = folders.run();
        if (!InstanceLock.isHeld(run)) {
            print("not running: " + folders.base() + "\n");
            return 0;
        }
        var pid = InstanceLock.pid(run);
        try {
            var _ = ControlClient.run(run, "stop", List.of(), standardOutput());
        } catch (IOException e) {
            pid.ifPresent(id -> ProcessHandle.of(id).ifPresent(process -> {
                print("stopping process " + id + " by signal\n");
                process.destroy();
            }));
        }
        var seconds = OwnPid.read(folders, BootSettings.PID, BootSettings::from, changed -> {})
                        .current()
                        .stopTimeout()
                        .toSeconds()
                + 10;
        var end = System.nanoTime() + seconds * 1_000_000_000L;
        try {
            while (InstanceLock.isHeld(run)) {
                if (System.nanoTime() > end) {
                    throw new Refusal(
                            Refusal.NOT_RUNNING,
                            "still running after " + seconds + " s"
                                    + (pid.isPresent() ? ": kill -9 " + pid.getAsLong() : ""));
                }
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        print("stopped\n");
        return 0;
    }

    private static String version() {
        return Objects.requireNonNullElse(System.getProperty("tarishi.version"), "unknown");
    }

    /** Writes to the standard output, as UTF-8 whatever the locale. */
    static void print(String text) {
        try {
            standardOutput().write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // nobody reads it any more
        }
    }

    private static void say(String sentence) {
        try (var error = new FileOutputStream(FileDescriptor.err)) {
            error.write((sentence + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // nobody reads it any more
        }
    }

    // Not closed: the descriptor belongs to the process.
    private static OutputStream standardOutput() {
        return new FileOutputStream(FileDescriptor.out);
    }
}
