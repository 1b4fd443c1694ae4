package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListeningSocketsTest {

    private final ListeningSockets sockets = new ListeningSockets();
    private final List<ServerSocketChannel> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws IOException {
        for (var channel : opened) {
            channel.close();
        }
    }

    @Test
    void aSuccessorGetsTheChannelThatItsPredecessorListensOn() throws IOException {
        var first = listen(0);
        assertThat(first.isBlocking()).isFalse();

        assertThat(listen(port(first))).isSameAs(first);
    }

    @Test
    void portZeroIsAlwaysANewChannel() {
        assertThat(listen(0)).isNotSameAs(listen(0));
    }

    @Test
    void aChannelThatItsUserClosedIsForgotten() throws IOException {
        var first = listen(0);
        var port = port(first);
        first.close();

        var second = listen(port);

        assertThat(second).isNotSameAs(first);
        assertThat(second.isOpen()).isTrue();
    }

    @Test
    void aTakenPortIsToldWithItsAddress() throws IOException {
        try (var other = ServerSocketChannel.open()) {
            other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            var port = port(other);

            assertThatThrownBy(() -> listen(port))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(":" + port + ": Address already in use");
        }
    }

    @Test
    void aHostWithoutAnAddressIsTold() {
        assertThatThrownBy(() -> sockets.apply(InetSocketAddress.createUnresolved("nowhere.invalid", 25)))
                .hasMessage("cannot listen on nowhere.invalid:25: the host name has no address");
    }

    @Test
    void aSuccessorGetsTheUnixSocketThatItsPredecessorListensOn(@TempDir Path folder) throws IOException {
        var path = folder.resolve("lmtp");
        var first = listen(path);
        assertThat(first.isBlocking()).isFalse();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");

        assertThat(listen(path)).isSameAs(first);
    }

    @Test
    void aSocketFileThatNobodyListensOnIsReplaced(@TempDir Path folder) throws IOException {
        var path = folder.resolve("lmtp");
        listen(path).close();
        assertThat(path).exists();

        listen(path);

        try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void aSocketFileThatSomebodyListensOnIsTaken(@TempDir Path folder) throws IOException {
        var path = folder.resolve("lmtp");
        try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(path));

            assertThatThrownBy(() -> listen(path))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("cannot listen on " + path + ": Address already in use");
            assertThat(path).exists();
        }
    }

    @Test
    void aFileThatIsNoSocketIsLeftAlone(@TempDir Path folder) throws IOException {
        var path = Files.writeString(folder.resolve("letter"), "dear");

        assertThatThrownBy(() -> listen(path))
                .hasMessage("cannot listen on " + path + ": a file that is no socket is there");
        assertThat(path).hasContent("dear");
    }

    @Test
    void aMissingFolderIsTold(@TempDir Path folder) {
        var path = folder.resolve("gone/lmtp");

        assertThatThrownBy(() -> listen(path)).hasMessage("cannot listen on " + path + ": the folder is missing");
    }

    private ServerSocketChannel listen(Path path) {
        var channel = sockets.apply(UnixDomainSocketAddress.of(path));
        opened.add(channel);
        return channel;
    }

    private ServerSocketChannel listen(int port) {
        var channel = sockets.apply(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        opened.add(channel);
        return channel;
    }

    private static int port(ServerSocketChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }
}
