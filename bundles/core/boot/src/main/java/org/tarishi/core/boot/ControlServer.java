package org.tarishi.core.boot;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the command line inside the running instance, on a Unix domain socket.
 *
 * <p>The folder's permissions say who may: no token, no port, and it works while the web side is down.
 */
final class ControlServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

    /** Commands under way at once; more wait in the socket's backlog. */
    private static final int MOST = 16;

    /** Runs one command. */
    interface Commands {
        /**
         * Runs a command; blocks as long as it takes.
         *
         * @param folder the client's working directory
         * @param arguments without the command's name
         * @return the exit code
         */
        int run(String folder, String name, List<String> arguments, Appendable out) throws IOException;
    }

    private final ServerSocketChannel listening;
    private final Path place;
    private final Commands commands;
    private final Duration patience;
    private final Semaphore slots = new Semaphore(MOST);

    private ControlServer(ServerSocketChannel listening, Path place, Commands commands, Duration patience) {
        this.listening = listening;
        this.place = place;
        this.commands = commands;
        this.patience = patience;
    }

    /**
     * Begins to serve.
     *
     * @param run the run folder of a base that this process has locked
     * @param patience how long a client may take to say its request
     */
    static ControlServer open(Path run, Commands commands, Duration patience) throws IOException {
        var place = Wire.place(run);
        var listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listening.bind(UnixDomainSocketAddress.of(place));
            Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            listening.close();
            throw e;
        }
        var server = new ControlServer(listening, place, commands, patience);
        Thread.ofVirtual().name("control").start(server::accept);
        return server;
    }

    private void accept() {
        while (listening.isOpen()) {
            try {
                slots.acquire();
                var client = listening.accept();
                Thread.ofVirtual().name("control client").start(() -> serve(client));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                slots.release();
                log.warn("control socket: {}", e.getMessage());
                pause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Keeps a lasting failure, such as no descriptors left, from turning into a spinning loop. */
    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel client) {
        try (client;
                var in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(client)));
                var out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(client)))) {
            var asked = new CompletableFuture<List<String>>();
            var _ = asked.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS).exceptionally(late -> {
                close(client);
                return List.of();
            });
            var texts = Wire.request(in);
            if (!asked.complete(texts)) {
                return;
            }
            var output = new Output(in, out);
            int code;
            try {
                code = commands.run(texts.get(0), texts.get(1), texts.subList(2, texts.size()), output);
            } catch (RuntimeException | LinkageError e) {
                if (output.isGone()) {
                    throw new IOException("gone within the command " + texts.get(1), e);
                }
                log.error("command {}", texts.get(1), e);
                output.write(texts.get(1) + " failed: " + Escaping.escape(String.valueOf(e)) + "\n");
                code = Refusal.SOFTWARE;
            }
            output.exit(code);
        } catch (IOException e) {
            // the client went away, or spoke nonsense: nobody is left to tell
            log.debug("control client: {}", e.getMessage());
        } finally {
            slots.release();
        }
    }

    private static void close(SocketChannel client) {
        try {
            client.close();
        } catch (IOException e) {
            log.debug("control client", e);
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
            Files.deleteIfExists(place);
        } catch (IOException e) {
            log.debug("control socket", e);
        }
    }
}
