package org.tarishi.core.boot;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Asks a running instance to run a command. */
final class ControlClient {
    private ControlClient() {}

    /**
     * Runs a command in the instance, and returns its exit code. An argument {@code -} behind an option stands for standard input: the
     * command gets the path of a file with what it says, which is gone afterwards. Without such an argument the command may ask for lines
     * of it, see {@link Output}, and those are never in a file.
     *
     * @param run the instance's run folder
     * @param in standard input; read only where an argument stands for it, and where the command asks
     * @param out where its output goes, as UTF-8
     * @throws IOException where no instance answers, or it ends before the command does
     */
    static int run(Path run, String name, List<String> arguments, InputStream in, OutputStream out) throws IOException {
        int at = standardInput(arguments);
        if (at < 0) {
            return run(run, name, arguments, Keyboard.of(in), out);
        }
        // the run folder is its owner's alone
        var file = Files.createTempFile(run, "input-", "");
        try {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            var named = new ArrayList<>(arguments);
            named.set(at, file.toAbsolutePath().toString());
            return run(run, name, named, Keyboard.NONE, out);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static int standardInput(List<String> arguments) {
        int at = arguments.indexOf("-");
        return at > 0 && arguments.get(at - 1).startsWith("--") ? at : -1;
    }

    /**
     * Runs a command in the instance, its arguments as they are, and returns its exit code. It finds nobody to ask.
     *
     * @param run the instance's run folder
     * @param out where its output goes, as UTF-8
     * @throws IOException where no instance answers, or it ends before the command does
     */
    static int run(Path run, String name, List<String> arguments, OutputStream out) throws IOException {
        return run(run, name, arguments, Keyboard.NONE, out);
    }

    private static int run(Path run, String name, List<String> arguments, Keyboard keyboard, OutputStream out)
            throws IOException {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(Wire.find(run)))) {
            var texts = new ArrayList<String>();
            texts.add(Path.of("").toAbsolutePath().toString());
            texts.add(name);
            texts.addAll(arguments);
            var to = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
            Wire.request(to, texts);
            var from = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)));
            return Wire.answer(from, to, keyboard, out);
        }
    }
}
