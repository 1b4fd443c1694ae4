package org.tarishi.itests.blackbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.tarishi.itests.blackbox.Route.Mode;
import org.tarishi.itests.harness.Ports;
import org.tarishi.itests.harness.SmtpDialog;

/** Other people's servers in front of Tarishi: a Postfix that takes mail and relays it, and an HAProxy that passes connections on. */
final class MailServers implements AutoCloseable {

    /** Where connections come from that HAProxy passes on: nobody else's address, so that it is seen who is taken for the client. */
    static final String PROXY_ADDRESS = "127.0.0.9";

    private final Path folder;
    private final Debian debian;
    private final Map<Mode, Integer> postfixPorts = new EnumMap<>(Mode.class);
    private final List<Debian.Server> running = new ArrayList<>();

    MailServers(Path folder, Debian debian) throws IOException {
        this.folder = Files.createDirectory(folder);
        this.debian = debian;
    }

    /** Starts a Postfix with a port for each route: what comes in there is queued, and goes out by that route. */
    void startPostfix(Collection<Route> routes) throws IOException, InterruptedException {
        var listeners = new StringBuilder();
        for (var route : routes) {
            int port = Ports.free();
            postfixPorts.put(route.mode(), port);
            listeners.append("127.0.0.1:%d inet n - n - - smtpd -o content_filter=%s\n"
                    .formatted(port, postfixTransport(route)));
        }
        var server = Postfix.start(debian, folder, listeners.toString(), """
                myhostname = relay.example
                mynetworks = 127.0.0.0/8
                inet_interfaces = 127.0.0.1
                message_size_limit = 0
                mailbox_size_limit = 0
                smtp_bind_address = %s
                smtp_send_xforward_command = yes
                smtp_tls_security_level = none
                """.formatted(Client.FRONT_END));
        running.add(server);
        for (int port : postfixPorts.values()) {
            awaitGreeting(port, server);
        }
    }

    /**
     * Starts an HAProxy that passes connections on to a port, from {@link #PROXY_ADDRESS}.
     *
     * @param versions the port to listen on for each way of saying who the client is
     */
    void startHaproxy(Map<Mode, Integer> versions, int to) throws IOException {
        var conf = new StringBuilder("""
                defaults
                  mode tcp
                  source %s
                  timeout connect 10s
                  timeout client 5m
                  timeout server 5m
                """.formatted(PROXY_ADDRESS));
        versions.forEach((mode, port) ->
                conf.append("""
                listen %s
                  bind 127.0.0.1:%d
                  server tarishi 127.0.0.1:%d %s
                """.formatted(mode, port, to, mode == Mode.PROXY_V1 ? "send-proxy" : "send-proxy-v2")));
        var file = Files.writeString(folder.resolve("haproxy.cfg"), conf);
        var server = debian.start(folder.resolve("haproxy.out"), "haproxy", "-db", "-f", file.toString());
        running.add(server);
        for (int port : versions.values()) {
            awaitGreeting(port, server);
        }
    }

    private static String postfixTransport(Route route) {
        var socket = route.socket();
        var transport = route.mode().isLmtp() ? "lmtp:" : "smtp:";
        return transport + (socket == null ? "[127.0.0.1]:" + route.port() : "unix:" + socket);
    }

    /** Where Postfix takes what goes out by the route of this mode. */
    int postfixPort(Mode mode) {
        return java.util.Objects.requireNonNull(postfixPorts.get(mode));
    }

    /** What Postfix said. */
    String postfixSaid() {
        return running.stream().map(Debian.Server::said).collect(java.util.stream.Collectors.joining("\n"));
    }

    /** Waits until a server greets. */
    static void awaitGreeting(int port, Debian.Server server) {
        org.awaitility.Awaitility.await(
                        "port " + port + " of " + server.output().getFileName())
                .atMost(java.time.Duration.ofSeconds(60))
                .pollInterval(java.time.Duration.ofMillis(50))
                .until(() -> {
                    if (!server.process().isAlive()) {
                        throw new IllegalStateException("ended: " + server.said());
                    }
                    try (var dialog = new SmtpDialog(port)) {
                        dialog.expect("220 ").send("QUIT");
                        return true;
                    } catch (IOException e) {
                        return false;
                    }
                });
    }

    @Override
    public void close() {
        for (var server : running) {
            server.close();
        }
    }
}
