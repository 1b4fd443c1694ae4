package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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

    private ServerSocketChannel listen(int port) {
        var channel = sockets.apply(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        opened.add(channel);
        return channel;
    }

    private static int port(ServerSocketChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }
}
