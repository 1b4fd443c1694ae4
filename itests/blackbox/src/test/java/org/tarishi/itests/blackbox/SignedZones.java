package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.tarishi.itests.harness.Ports;

/**
 * Zones that are really signed, with keys made for the occasion: NSD serves them, Unbound validates them by trust anchors of its own, and
 * knows of nothing else in the world.
 */
final class SignedZones implements AutoCloseable {

    private final Path folder;
    private final Debian debian;
    private final Map<String, Boolean> zones = new LinkedHashMap<>();
    private final List<Debian.Server> running = new ArrayList<>();
    private final int port = Ports.free();

    SignedZones(Path folder, Debian debian) throws IOException {
        this.folder = Files.createDirectory(folder);
        this.debian = debian;
        Files.writeString(folder.resolve("anchors"), "");
    }

    /** Adds a zone that is not signed. */
    void plain(String zone, String records) throws IOException {
        zones.put(zone, false);
        Files.writeString(folder.resolve(zone + ".zone"), head(zone) + records);
    }

    /**
     * Adds a zone that is signed, from now on for a week unless the dates say otherwise.
     *
     * @param dates {@code -i YYYYMMDD -e YYYYMMDD}, or nothing
     * @param forger changes what was signed
     */
    void signed(String zone, String records, UnaryOperator<String> forger, String... dates)
            throws IOException, InterruptedException {
        zones.put(zone, true);
        Files.writeString(folder.resolve(zone + ".unsigned"), head(zone) + records);
        run("""
                cd "$1" && zone=$2 && shift 2 &&
                ksk=$(ldns-keygen -a ECDSAP256SHA256 -k "$zone") && zsk=$(ldns-keygen -a ECDSAP256SHA256 "$zone") &&
                ldns-signzone -n "$@" -f "$zone.zone" "$zone.unsigned" "$ksk" "$zsk" && cat "$ksk.ds" >>anchors
                """, zone, dates);
        var file = folder.resolve(zone + ".zone");
        Files.writeString(file, forger.apply(Files.readString(file)));
    }

    private void run(String script, String zone, String... more) throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of("sh", "-c", script, "sh", folder.toString(), zone));
        line.addAll(List.of(more));
        var result = Commands.run(Map.of(), debian.line(line));
        assertThat(result.code()).as(result.out()).isZero();
    }

    private static String head(String zone) {
        return """
                $ORIGIN %s.
                $TTL 300
                @ SOA ns host 1 3600 600 86400 60
                @ NS ns
                ns A 127.0.0.1
                """.formatted(zone);
    }

    /** Serves them. */
    void start() throws IOException {
        int served = Ports.free();
        var nsd = new StringBuilder("""
                server:
                  ip-address: 127.0.0.1@%d
                  server-count: 1
                  username: ""
                  chroot: ""
                  zonesdir: "%s"
                  database: ""
                  pidfile: ""
                  xfrdfile: "%s/xfrd"
                  xfrdir: "%s"
                  zonelistfile: "%s/zones"
                remote-control:
                  control-enable: no
                """.formatted(served, folder, folder, folder, folder));
        var unbound = new StringBuilder("""
                server:
                  interface: 127.0.0.1@%d
                  do-ip6: no
                  num-threads: 1
                  do-daemonize: no
                  use-syslog: no
                  username: ""
                  chroot: ""
                  directory: "%s"
                  pidfile: ""
                  do-not-query-localhost: no
                  module-config: "validator iterator"
                  trust-anchor-file: "%s/anchors"
                  local-zone: "." static
                """.formatted(port, folder, folder));
        var stubs = new StringBuilder("remote-control:\n  control-enable: no\n");
        zones.forEach((zone, _) -> {
            nsd.append("zone:\n  name: %s\n  zonefile: %s.zone\n".formatted(zone, zone));
            unbound.append("  local-zone: \"%s.\" transparent\n".formatted(zone));
            stubs.append("stub-zone:\n  name: \"%s\"\n  stub-addr: 127.0.0.1@%d\n".formatted(zone, served));
        });
        start("nsd", "-d", Files.writeString(folder.resolve("nsd.conf"), nsd));
        start("unbound", "-d", Files.writeString(folder.resolve("unbound.conf"), unbound.append(stubs)));
        await("answers")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(zones.keySet())
                        .as(this::said)
                        .allSatisfy(zone -> assertThat(isKnown(zone)).isTrue()));
    }

    private void start(String program, String option, Path conf) throws IOException {
        running.add(debian.start(folder.resolve(program + ".out"), program, option, "-c", conf.toString()));
    }

    /** Asks for the SOA of a zone; one that is forged is known too when the resolver says that it can't tell. */
    private boolean isKnown(String zone) throws IOException {
        var query = new java.io.ByteArrayOutputStream();
        query.writeBytes(new byte[] {1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        for (var label : zone.split("\\.", -1)) {
            query.write(label.length());
            query.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        query.writeBytes(new byte[] {0, 0, 6, 0, 1});
        try (var socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            socket.setSoTimeout(1000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.send(new DatagramPacket(query.toByteArray(), query.size()));
            var answer = new DatagramPacket(new byte[512], 512);
            socket.receive(answer);
            return true;
        } catch (java.net.SocketTimeoutException | java.net.PortUnreachableException e) {
            return false;
        }
    }

    /** The resolver, as {@code servers} of the settings wants it. */
    String resolver() {
        return "127.0.0.1:" + port;
    }

    /** What the servers have printed. */
    String said() {
        return running.stream().map(Debian.Server::said).collect(java.util.stream.Collectors.joining("\n"));
    }

    @Override
    public void close() {
        running.forEach(Debian.Server::close);
    }
}
