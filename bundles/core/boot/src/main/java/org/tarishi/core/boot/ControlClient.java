package org.tarishi.core.boot;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Asks a running instance to run a command. */
final class ControlClient {
    private ControlClient() {}

    /**
     * Runs a command in the instance, and returns its exit code.
     *
     * @param run the instance's run folder
     * @param out where its output goes, as UTF-8
     * @throws IOException where no instance answers, or it ends before the command does
     */
    static int run(Path run, String name, List<String> arguments, OutputStream out) throws IOException {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(Wire.find(run)))) {
            var texts = new ArrayList<String>();
            texts.add(Path.of("").toAbsolutePath().toString());
            texts.add(name);
            texts.addAll(arguments);
            Wire.request(new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel))), texts);
            return Wire.answer(new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel))), out);
        }
    }
}
