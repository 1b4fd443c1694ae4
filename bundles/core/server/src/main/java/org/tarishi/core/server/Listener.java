package org.tarishi.core.server;

import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
    private volatile @Nullable SocketAddress bound;
    /** The address of the settings that were in force when it began to accept; with port 0 it is not where it is bound. */
    private @Nullable SocketAddress asked;

    private final AtomicInteger sessions = new AtomicInteger();
    private volatile @Nullable Joined joined;

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
        server.check(settings);
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
        server.check(now);
        var before = settings;
        settings = now;
        if (before.place().equals(now.place())) {
            permit();
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
        var address = settings.place();
        if (acceptor != null && (address.equals(asked) || address.equals(bound))) {
            asked = address;
            trouble = "";
            return;
        }
        var sockets = server.sockets();
        var missing = server.missing(settings);
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

    private void listen(ServerSocketChannel channel, SocketAddress address) {
        var before = acceptor;
        try {
            var place = channel.getLocalAddress();
            acceptor = Acceptor.start(channel, server.loops(), child -> server.furnish(child, this));
            asked = address;
            bound = place;
            permit();
            LOG.info("listener {} accepts on {} ({})", name, ListenerSettings.text(place), mode());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (before != null) {
            before.close();
        }
    }

    /** Gives a Unix domain socket to those who may have it: the launcher makes it its owner's alone. */
    private void permit() {
        if (bound instanceof UnixDomainSocketAddress unix) {
            try {
                Files.setPosixFilePermissions(unix.getPath(), settings.permissions());
            } catch (IOException e) {
                LOG.error("listener {} cannot set the permissions of {}: {}", name, unix, e.toString());
            }
        }
    }

    private void listenAgain(Function<SocketAddress, ServerSocketChannel> sockets, SocketAddress before) {
        try {
            listen(sockets.apply(before), before);
        } catch (UncheckedIOException e) {
            LOG.error("listener {} lost {}: {}", name, ListenerSettings.text(before), e.getMessage());
        }
    }

    /** Two listeners on one address would share one socket, each with half of the clients. */
    private void refuseShared(SocketAddress address) {
        for (var other : server.listeners()) {
            if (other != this && address.equals(other.bound)) {
                throw new UncheckedIOException(
                        "listener " + other.name + " has this address and port", new IOException("shared"));
            }
        }
    }

    private void failed(SocketAddress address, String why) {
        var now = "listener " + name + " cannot listen on " + ListenerSettings.text(address) + ": " + why;
        if (!now.equals(trouble)) {
            var where = bound;
            LOG.error(
                    "{}; {} in {}~{}; {}trying on",
                    now,
                    address instanceof InetSocketAddress ip
                            ? "end what holds the port (ss -ltnp sport = :" + ip.getPort()
                                    + " names it) or change address or port"
                            : "end what holds it (ss -lxp names it) or change path",
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

    ListenerSettings settings() {
        return settings;
    }

    /** How many sessions it has. */
    AtomicInteger sessions() {
        return sessions;
    }

    /** The server's settings and the listener's as one, made anew when either changes. */
    private record Joined(Settings ours, ListenerSettings its, Settings both) {}

    /** Returns the settings of its sessions. */
    // Each change makes new objects; to compare what is in them would cost every connection more than it saves.
    @SuppressWarnings("ReferenceEquality")
    Settings over(Settings ours) {
        var its = settings;
        var known = joined;
        if (known == null || known.ours() != ours || known.its() != its) {
            known = new Joined(ours, its, ours.with(its.limits()));
            joined = known;
        }
        return known.both();
    }

    /** Where it accepts, nothing while it does not. */
    @Nullable SocketAddress bound() {
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
