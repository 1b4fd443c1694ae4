package org.tarishi.itests.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Finds ports for servers that have to keep theirs over a restart. */
public final class Ports {

    // Below what Linux gives to outgoing connections, so that no client of ours takes one meanwhile.
    private static final int FIRST = 10_000;
    private static final int END = 32_000;

    private Ports() {}

    /** Returns a port of 127.0.0.1 that nobody listens on. */
    public static int free() {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (var socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (IOException e) {
                // Taken: another.
            }
        }
        throw new IllegalStateException("no free port on 127.0.0.1 in 1000 attempts");
    }
}
