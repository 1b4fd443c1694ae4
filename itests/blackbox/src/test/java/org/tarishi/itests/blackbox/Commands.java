package org.tarishi.itests.blackbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs to their end. */
final class Commands {

    private static final int PATIENCE_SECONDS = 240;

    private Commands() {}

    /**
     * What a program came to.
     *
     * @param code its exit code
     * @param out both its streams
     */
    record Result(int code, String out) {}

    /** Runs a program that has to end within some minutes. */
    static Result run(Map<String, String> environment, List<String> line) throws IOException, InterruptedException {
        return run(environment, line, "");
    }

    /** The same, with this on its standard input. */
    static Result run(Map<String, String> environment, List<String> line, String input)
            throws IOException, InterruptedException {
        var out = Files.createTempFile("command", ".out");
        try {
            var builder = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(out.toFile());
            builder.environment().putAll(environment);
            var process = builder.start();
            try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
                in.write(input);
            } catch (IOException e) {
                // it has ended, or closed what it does not read
            }
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IOException(
                        "no end within " + PATIENCE_SECONDS + " s: " + line + "\n" + Files.readString(out));
            }
            return new Result(process.exitValue(), Files.readString(out));
        } finally {
            Files.delete(out);
        }
    }
}
