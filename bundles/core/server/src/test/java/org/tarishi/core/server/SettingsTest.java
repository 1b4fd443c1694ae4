package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.config.InvalidSettingException;

final class SettingsTest {

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        hostname              | a_b         | hostname: want a domain such as mail.example.com or an address in brackets: a_b
        hostname              | -           | hostname: want a domain such as mail.example.com or an address in brackets: -
        greeting              | ä           | greeting: want at most 200 printable ASCII characters: ä
        helloText             | ü           | helloText: want at most 200 printable ASCII characters: ü
        closeText             | ö           | closeText: want at most 200 printable ASCII characters: ö
        maxMessageBytes       | -1          | maxMessageBytes: must be from 0 to 9223372036854775807: -1
        maxCommandLine        | 511         | maxCommandLine: must be from 512 to 65536: 511
        maxDataLine           | 999         | maxDataLine: must be from 1000 to 16777216: 999
        maxHeaderFields       | 9           | maxHeaderFields: must be from 10 to 100000: 9
        maxHeaderBytes        | 1           | maxHeaderBytes: must be from 4096 to 16777216: 1
        maxReceived           | 0           | maxReceived: must be from 1 to 10000: 0
        maxSessions           | 0           | maxSessions: must be from 1 to 1000000: 0
        maxSessionsPerAddress | 0           | maxSessionsPerAddress: must be from 1 to 1000000: 0
        maxSessionsPerNetwork | 0           | maxSessionsPerNetwork: must be from 1 to 1000000: 0
        trustedNetworks       | 10.0.0.1/8  | trustedNetworks: bits behind the prefix are set, want 10.0.0.0/8: 10.0.0.1/8
        trustedNetworks       | 10.0.0.0/33 | trustedNetworks: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: 10.0.0.0/33
        trustedNetworks       | localhost   | trustedNetworks: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: localhost
        greetingDelay         | PT2M        | greetingDelay: must be from PT0S to PT1M: PT2M
        minDataRate           | -1          | minDataRate: must be from 0 to 1000000: -1
        minFreeHeap           | 91          | minFreeHeap: must be from 0 to 90: 91
        minFreeDisk           | -1          | minFreeDisk: must be from 0 to 9223372036854775807: -1
        minFreeDescriptors    | -1          | minFreeDescriptors: must be from 0 to 1000000: -1
        maxLag                | PT0.05S     | maxLag: must be from PT0.1S to PT1M: PT0.05S
        maxErrors             | 0           | maxErrors: must be from 1 to 100000: 0
        maxRecipients         | 99          | maxRecipients: must be from 100 to 1000000: 99
        maxTransactions       | 0           | maxTransactions: must be from 1 to 100000000: 0
        commandTimeout        | 5m          | commandTimeout: want ISO-8601, such as PT5M: 5m
        commandTimeout        | PT0S        | commandTimeout: must be from PT1S to PT24H: PT0S
        dataTimeout           | PT25H       | dataTimeout: must be from PT1S to PT24H: PT25H
        messageTimeout        | soon        | messageTimeout: want ISO-8601, such as PT5M: soon
        sessionTimeout        | -PT1S       | sessionTimeout: must be from PT1S to PT720H: PT-1S
        drain                 | PT11M       | drain: must be from PT0S to PT10M: PT11M
        outboundWait          | PT2M        | outboundWait: must be from PT0S to PT1M: PT2M
        queueDelay            | PT2M        | queueDelay: must be from PT0S to PT1M: PT2M
        bareLineEnds          | allow       | bareLineEnds: want refuse or convert: allow
        authMechanisms        | P L         | authMechanisms: want names such as SCRAM-SHA-256: P L
        authWithoutTls        | localhost   | authWithoutTls: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: localhost
        authFailures          | 0           | authFailures: must be from 1 to 1000: 0
        authDelay             | PT2M        | authDelay: must be from PT0S to PT1M: PT2M
        authMaxDelay          | PT6M        | authMaxDelay: must be from PT0S to PT5M: PT6M
        authFailuresOfAddress | -1          | authFailuresOfAddress: must be from 0 to 1000000: -1
        authFailuresOfUser    | 1000001     | authFailuresOfUser: must be from 0 to 1000000: 1000001
        authWindow            | PT0S        | authWindow: must be from PT1S to PT24H: PT0S
        maxAuthLine           | 1023        | maxAuthLine: must be from 1024 to 24576: 1023
        senders               | a           | senders: want tables such as file:senders: a
        sendersInFrom         | true        | sendersInFrom: true wants senders, which names no table
        submissionDomain      | a_b         | submissionDomain: want a domain such as example.com: a_b
        """)
    void aBadValueIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> Stage.settings(Map.of(key, value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(message)
                .extracting("key")
                .isEqualTo(key);
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
        address | mail.example | address: want an IP address such as 127.0.0.1 or ::1: mail.example
        port    | 65536        | port: must be from 0 to 65535: 65536
        port    | -1           | port: must be from 0 to 65535: -1
        mode    | smtps        | mode: want smtp, submission or lmtp: smtps
        path    | run/lmtp     | path: want an absolute path of at most 100 octets: run/lmtp
        path    | /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | path: want an absolute path of at most 100 octets: /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        permissions | 0440     | permissions: want an octal number from 0600 to 0777: 0440
        permissions | rw-------| permissions: want an octal number from 0600 to 0777: rw-------
        proxyFrom | haproxy    | proxyFrom: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: haproxy
        proxyTimeout | PT0S    | proxyTimeout: must be from PT1S to PT5M: PT0S
        maxSessions | -1       | maxSessions: must be from 0 to 1000000: -1
        maxSessionsPerAddress | -1 | maxSessionsPerAddress: must be from 1 to 1000000: -1
        maxSessionsPerNetwork | -1 | maxSessionsPerNetwork: must be from 1 to 1000000: -1
        greetingDelay | PT2M   | greetingDelay: must be from PT0S to PT1M: PT2M
        maxMessageBytes | -2   | maxMessageBytes: must be from 0 to 9223372036854775807: -2
        maxErrors | -1         | maxErrors: must be from 1 to 100000: -1
        maxRecipients | 99     | maxRecipients: must be from 100 to 1000000: 99
        maxTransactions | -1   | maxTransactions: must be from 1 to 100000000: -1
        commandTimeout | 5m    | commandTimeout: want ISO-8601, such as PT5M: 5m
        dataTimeout | PT0S     | dataTimeout: must be from PT1S to PT24H: PT0S
        minDataRate | -2       | minDataRate: must be from 0 to 1000000: -2
        messageTimeout | P8D   | messageTimeout: must be from PT1S to PT168H: PT192H
        sessionTimeout | PT0S  | sessionTimeout: must be from PT1S to PT720H: PT0S
        """)
    void aBadValueOfAListenerIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> Stage.listenerSettings(Map.of(key, value)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(message);
    }

    private static ListenerSettings on(String address, int port) {
        return new ListenerSettings(new InetSocketAddress(InetAddress.ofLiteral(address), port), ListenerMode.SMTP);
    }

    @Test
    void aListenerCannotBeMovedToATakenPortNorToAnAddressOfAnotherHost() throws IOException {
        try (var taker = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            int port = taker.getLocalPort();

            assertThatThrownBy(() -> on("127.0.0.1", port).checkInPlaceOf(on("127.0.0.1", 1)))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageStartingWith("port: cannot listen on 127.0.0.1:" + port + ": Address already in use; ");
            assertThatThrownBy(() -> on("127.0.0.1", port).checkInPlaceOf(on("127.0.0.2", port)))
                    .hasMessageStartingWith("address: cannot listen on 127.0.0.1:" + port);
            assertThatThrownBy(() -> on("0.0.0.0", port).checkInPlaceOf(on("127.0.0.2", port)))
                    .as("all addresses, of which one is taken")
                    .hasMessageStartingWith("address: cannot listen on 127.0.0.1:" + port);
            assertThatThrownBy(() -> on("192.0.2.1", port).checkInPlaceOf(on("127.0.0.1", port)))
                    .hasMessageStartingWith("address: cannot listen on 192.0.2.1:0: ");
        }
    }

    @Test
    void whatTheListenerHasItselfIsNotInItsWay() throws IOException {
        try (var own = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            int port = own.getLocalPort();
            on("127.0.0.1", port).checkInPlaceOf(on("127.0.0.1", port));
            on("0.0.0.0", port).checkInPlaceOf(on("127.0.0.1", port));
            on("127.0.0.1", port).checkInPlaceOf(on("0.0.0.0", port));
            on("127.0.0.1", port).checkInPlaceOf(on("127.0.0.1", 0));
        }
    }

    @Test
    void aListenerCannotBeMovedToAPathThatCannotBeHad(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("letter"), "dear");
        var before = on("127.0.0.1", 1);

        assertThatThrownBy(() -> Stage.listenerSettings(Map.of("path", folder + "/gone/lmtp"))
                        .checkInPlaceOf(before))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("path: the folder is missing: " + folder + "/gone/lmtp");
        assertThatThrownBy(() ->
                        Stage.listenerSettings(Map.of("path", file.toString())).checkInPlaceOf(before))
                .hasMessage("path: a file that is no socket is there: " + file);
        Stage.listenerSettings(Map.of("path", folder + "/lmtp")).checkInPlaceOf(before);
    }

    @Test
    void theTrialLeavesThePortFree() throws IOException {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        on("127.0.0.1", port).checkInPlaceOf(on("127.0.0.1", 1));
        try (var now = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(now.isBound()).isTrue();
        }
    }

    @Test
    void theDefaultsAreGood() {
        var settings = Stage.settings(Map.of());

        assertThat(settings.hostname()).isNotEmpty();
        assertThat(settings.maxBytes()).isEqualTo(26_214_400);
    }
}
