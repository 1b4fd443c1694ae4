package org.tarishi.itests.blackbox;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs commands of a running instance as {@code bin/tarishi} does, over the control socket (core/boot's README), but without a JVM for
 * each: for tests that give hundreds of them. Commands that ask get no answer.
 */
final class Control {

    private static final int VERSION = 1;
    private static final byte OUTPUT = 1;
    private static final byte EXIT = 2;

    private Control() {}

    /** Runs a command to its end. */
    static Commands.Result run(Path base, String... words) throws IOException {
        var run = base.resolve("data/run");
        // A path that is too long for a socket is told in a file.
        var pointer = run.resolve("control.path");
        var socket = Files.exists(pointer) ? Path.of(Files.readString(pointer).strip()) : run.resolve("control");
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            var out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
            out.writeInt(VERSION);
            out.writeInt(words.length + 1);
            out.writeUTF(Path.of("").toAbsolutePath().toString());
            for (var word : words) {
                out.writeUTF(word);
            }
            out.flush();
            return answer(
                    new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel))), List.of(words));
        }
    }

    private static Commands.Result answer(DataInputStream in, List<String> words) throws IOException {
        var said = new ByteArrayOutputStream();
        while (true) {
            byte frame = in.readByte();
            int number = in.readInt();
            if (frame == EXIT) {
                return new Commands.Result(number, said.toString(StandardCharsets.UTF_8));
            }
            if (frame != OUTPUT) {
                throw new IOException("frame " + frame + " for " + words);
            }
            said.write(in.readNBytes(number));
        }
    }
}
