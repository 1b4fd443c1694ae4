package org.tarishi.core.boot;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes on the control socket.
 *
 * <p>A request is the version, and a count of texts: the client's working directory, the command's name, its arguments. The answer is a
 * row of frames: output as UTF-8, questions, each of which the client answers by a length, -1 for nothing, and a line, and last the exit
 * code.
 */
final class Wire {

    /** Bytes of a socket's path that every system takes ({@code sun_path} has 104 or 108). */
    static final int LONGEST_PATH = 100;

    private static final int VERSION = 1;
    private static final int MOST_TEXTS = 1024;
    private static final byte OUTPUT = 1;
    private static final byte EXIT = 2;
    private static final byte ASK = 3;
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

    /** Writes text that the client prints at once. */
    static void output(DataOutputStream out, char[] text, int from, int length) throws IOException {
        for (var at = 0; at < length; at += FRAME) {
            var bytes = new String(text, from + at, Math.min(FRAME, length - at)).getBytes(StandardCharsets.UTF_8);
            out.writeByte(OUTPUT);
            out.writeInt(bytes.length);
            out.write(bytes);
            out.flush();
        }
    }

    /** Asks the client, and returns what it answers, null for nothing; see {@link Output}. */
    static char @Nullable [] ask(DataInputStream in, DataOutputStream out, String question) throws IOException {
        var bytes = question.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > FRAME) {
            throw new IOException("a question of " + bytes.length + " bytes");
        }
        out.writeByte(ASK);
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
        var length = in.readInt();
        if (length < 0) {
            return null;
        }
        if (length > Keyboard.LONGEST_LINE) {
            throw new IOException("an answer of " + length + " bytes");
        }
        var answer = new byte[length];
        try {
            in.readFully(answer);
            var buffer = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(answer));
            var line = new char[buffer.remaining()];
            buffer.get(line);
            Arrays.fill(buffer.array(), '\0');
            return line;
        } finally {
            Arrays.fill(answer, (byte) 0);
        }
    }

    static void exit(DataOutputStream out, int code) throws IOException {
        out.writeByte(EXIT);
        out.writeInt(code);
        out.flush();
    }

    /**
     * Copies an answer's output, answers its questions, and returns its exit code.
     *
     * @param back where answers go
     */
    static int answer(DataInputStream in, DataOutputStream back, Keyboard keyboard, OutputStream to)
            throws IOException {
        while (true) {
            var frame = in.readByte();
            var number = in.readInt();
            switch (frame) {
                case OUTPUT -> {
                    to.write(bytes(in, number));
                    to.flush();
                }
                case ASK -> {
                    var line = keyboard.answer(new String(bytes(in, number), StandardCharsets.UTF_8));
                    back.writeInt(line == null ? -1 : line.length);
                    if (line != null) {
                        back.write(line);
                        Arrays.fill(line, (byte) 0);
                    }
                    back.flush();
                }
                case EXIT -> {
                    return number;
                }
                default -> throw new IOException("unknown frame " + frame);
            }
        }
    }

    private static byte[] bytes(DataInputStream in, int length) throws IOException {
        if (length < 0 || length > FRAME * 4) {
            throw new IOException("a frame of " + length + " bytes");
        }
        return in.readNBytes(length);
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
