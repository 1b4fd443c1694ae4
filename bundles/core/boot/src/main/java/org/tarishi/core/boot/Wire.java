package org.tarishi.core.boot;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes on the control socket.
 *
 * <p>A request is the version, and a count of texts: the client's working directory, the command's name, its arguments. The answer is a
 * row of frames: output as UTF-8, and last the exit code.
 */
final class Wire {

    /** Bytes of a socket's path that every system takes ({@code sun_path} has 104 or 108). */
    static final int LONGEST_PATH = 100;

    private static final int VERSION = 1;
    private static final int MOST_TEXTS = 1024;
    private static final byte OUTPUT = 1;
    private static final byte EXIT = 2;
    private static final int FRAME = 16 * 1024;

    private Wire() {}

    static void request(DataOutputStream out, List<String> texts) throws IOException {
        if (texts.size() > MOST_TEXTS) {
            throw new IOException("more than " + MOST_TEXTS + " arguments");
        }
        out.writeInt(VERSION);
        out.writeInt(texts.size());
        for (var text : texts) {
            out.writeUTF(text);
        }
        out.flush();
    }

    static List<String> request(DataInputStream in) throws IOException {
        var version = in.readInt();
        if (version != VERSION) {
            throw new IOException("version " + version + " of the control protocol; this instance speaks " + VERSION);
        }
        var count = in.readInt();
        if (count < 2 || count > MOST_TEXTS) {
            throw new IOException("want 2 to " + MOST_TEXTS + " texts: " + count);
        }
        var texts = new ArrayList<String>();
        for (var i = 0; i < count; i++) {
            texts.add(in.readUTF());
        }
        return texts;
    }

    /** Returns a writer whose text the client prints at once. */
    static Writer output(DataOutputStream out) {
        return new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws IOException {
                for (var at = 0; at < length; at += FRAME) {
                    var bytes =
                            new String(text, from + at, Math.min(FRAME, length - at)).getBytes(StandardCharsets.UTF_8);
                    synchronized (out) {
                        out.writeByte(OUTPUT);
                        out.writeInt(bytes.length);
                        out.write(bytes);
                        out.flush();
                    }
                }
            }

            @Override
            public void flush() {
                // each write has arrived
            }

            @Override
            public void close() {
                // the exit code ends the answer
            }
        };
    }

    static void exit(DataOutputStream out, int code) throws IOException {
        synchronized (out) {
            out.writeByte(EXIT);
            out.writeInt(code);
            out.flush();
        }
    }

    /** Copies an answer's output and returns its exit code. */
    static int answer(DataInputStream in, java.io.OutputStream to) throws IOException {
        while (true) {
            var frame = in.readByte();
            var number = in.readInt();
            switch (frame) {
                case OUTPUT -> {
                    if (number < 0 || number > FRAME * 4) {
                        throw new IOException("a frame of " + number + " bytes");
                    }
                    to.write(in.readNBytes(number));
                    to.flush();
                }
                case EXIT -> {
                    return number;
                }
                default -> throw new IOException("unknown frame " + frame);
            }
        }
    }

    /**
     * Chooses the place of the socket: {@code control} in the run folder, or, where that path is too long for a socket, a new folder of
     * the owner's in the system's temporary one, which {@code control.path} then names.
     */
    static Path place(Path run) throws IOException {
        var usual = run.resolve("control");
        var pointer = run.resolve("control.path");
        Files.deleteIfExists(usual);
        if (Files.exists(pointer)) {
            var old = Path.of(Files.readString(pointer).strip());
            Files.delete(pointer);
            if (old.getFileName().toString().equals("control") && Files.deleteIfExists(old)) {
                Files.deleteIfExists(old.resolveSibling("."));
            }
        }
        if (usual.toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_PATH) {
            return usual;
        }
        var folder = Files.createTempDirectory(
                "tarishi-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var other = folder.resolve("control");
        Files.writeString(pointer, other + "\n");
        return other;
    }

    /** Returns where the socket of a running instance is. */
    static Path find(Path run) throws IOException {
        var pointer = run.resolve("control.path");
        return Files.exists(pointer) ? Path.of(Files.readString(pointer).strip()) : run.resolve("control");
    }
}
