package org.tarishi.core.server;

import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.ComponentConstants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.ListenerMode;

/**
 * One listener. A port that can't be had is tried again until it can; meanwhile a listener that was moved there accepts where it did.
 */
@Component(
        service = Listener.class,
        immediate = true,
        configurationPid = ListenerSettings.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ListenerConfig.class, factory = true)
public final class Listener {

    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final Server server;
    private final String name;

    private volatile ListenerSettings settings;

    private @Nullable Acceptor acceptor;
    private volatile @Nullable InetSocketAddress bound;
    /** The address of the settings that were in force when it began to accept; with port 0 it is not where it is bound. */
    private @Nullable InetSocketAddress asked;

    private volatile String trouble = "";
    private @Nullable Future<?> retry;
    private long pause = FIRST_PAUSE_MILLIS;
    private boolean stopped;

    /** For the component runtime. */
    @Activate
    public Listener(ListenerConfig config, Map<String, Object> properties, @Reference Server server) {
        this(nameOf(String.valueOf(properties.get("service.pid"))), new ListenerSettings(config), server);
    }

    Listener(String name, ListenerSettings settings, Server server) {
        this.name = name;
        this.settings = settings;
        this.server = server;
        server.add(this);
        attempt();
    }

    /** The part of a factory configuration's PID that the operator chose. */
    private static String nameOf(String pid) {
        int tilde = pid.indexOf('~');
        return tilde < 0 ? pid.substring(pid.lastIndexOf('.') + 1) : pid.substring(tilde + 1);
    }

    /** Takes new settings; open sessions live on, and other listeners notice nothing. */
    @Modified
    public void modified(ListenerConfig config) {
        change(new ListenerSettings(config));
    }

    synchronized void change(ListenerSettings now) {
        var before = settings;
        settings = now;
        if (before.address().equals(now.address())) {
            return;
        }
        tryNoMore();
        pause = FIRST_PAUSE_MILLIS;
        attempt();
    }

    /** Stops accepting; the socket outlives the bundle, unless the operator has removed this listener. */
    @Deactivate
    public void deactivate(int reason) {
        stop(reason == ComponentConstants.DEACTIVATION_REASON_CONFIGURATION_DELETED);
    }

    synchronized void stop(boolean close) {
        stopped = true;
        server.remove(this);
        stopAccepting(close);
    }

    private void tryNoMore() {
        var pending = retry;
        if (pending != null) {
            pending.cancel(false);
            retry = null;
        }
    }

    private void stopAccepting(boolean close) {
        tryNoMore();
        var now = acceptor;
        if (now == null) {
            return;
        }
        acceptor = null;
        bound = null;
        if (close) {
            now.close();
        } else {
            now.release();
        }
    }

    /** Begins to listen where the settings say, if it does not yet and can; until it can, it goes on where it listens. */
    synchronized void attempt() {
        if (stopped) {
            return;
        }
        tryNoMore();
        var address = settings.address();
        if (acceptor != null && (address.equals(asked) || address.equals(bound))) {
            asked = address;
            trouble = "";
            return;
        }
        var sockets = server.sockets();
        var missing = server.missing();
        if (sockets == null || missing.isPresent()) {
            trouble = "waiting for " + missing.orElse("the launcher");
            return;
        }
        var before = acceptor == null ? null : bound;
        var isInTheWay = before != null && ListenerSettings.overlap(before, address);
        try {
            refuseShared(address);
            if (isInTheWay) {
                stopAccepting(true);
            }
            listen(sockets.apply(address), address);
            trouble = "";
            pause = FIRST_PAUSE_MILLIS;
        } catch (UncheckedIOException e) {
            if (before != null && acceptor == null) {
                listenAgain(sockets, before);
            }
            failed(address, String.valueOf(e.getMessage()));
        } catch (Exception e) {
            // Netty throws what it likes, checked or not; whatever it is, the port is tried again.
            failed(address, e.toString());
        }
    }

    private void listen(ServerSocketChannel channel, InetSocketAddress address) {
        var place = boundTo(channel, address);
        var before = acceptor;
        acceptor = Acceptor.start(channel, server.loops(), () -> server.connect(this));
        asked = address;
        bound = place;
        LOG.info("listener {} accepts on {} ({})", name, ListenerSettings.text(place), mode());
        if (before != null) {
            before.close();
        }
    }

    private void listenAgain(Function<InetSocketAddress, ServerSocketChannel> sockets, InetSocketAddress before) {
        try {
            listen(sockets.apply(before), before);
        } catch (UncheckedIOException e) {
            LOG.error("listener {} lost {}: {}", name, ListenerSettings.text(before), e.getMessage());
        }
    }

    private static InetSocketAddress boundTo(ServerSocketChannel channel, InetSocketAddress wanted) {
        try {
            return channel.getLocalAddress() instanceof InetSocketAddress local ? local : wanted;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Two listeners on one address would share one socket, each with half of the clients. */
    private void refuseShared(InetSocketAddress address) {
        for (var other : server.listeners()) {
            if (other != this && address.equals(other.bound)) {
                throw new UncheckedIOException(
                        "listener " + other.name + " has this address and port", new IOException("shared"));
            }
        }
    }

    private void failed(InetSocketAddress address, String why) {
        var now = "listener " + name + " cannot listen on " + ListenerSettings.text(address) + ": " + why;
        if (!now.equals(trouble)) {
            var where = bound;
            LOG.error(
                    "{}; end what holds the port (ss -ltnp sport = :{} names it) or change address or port in {}~{}; {}trying on",
                    now,
                    address.getPort(),
                    ListenerSettings.PID,
                    name,
                    where == null ? "" : "still accepting on " + ListenerSettings.text(where) + ", ");
        }
        trouble = now;
        // Not on the loop itself: an attempt waits for a loop.
        retry = server.loops().schedule(() -> Thread.startVirtualThread(this::attempt), pause, TimeUnit.MILLISECONDS);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
    }

    String name() {
        return name;
    }

    ListenerMode mode() {
        return settings.mode();
    }

    /** Where it accepts, nothing while it does not. */
    @Nullable InetSocketAddress bound() {
        return bound;
    }

    /** Returns one line for the operator. */
    String status() {
        var where = bound;
        if (where == null) {
            return name + ": " + trouble;
        }
        return name + ": " + mode().name().toLowerCase(Locale.ROOT) + " on " + ListenerSettings.text(where)
                + (trouble.isEmpty() ? "" : "; " + trouble);
    }
}
