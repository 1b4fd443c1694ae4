package org.tarishi.core.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TSIG;

/**
 * The resolvers that are asked, one after another until one answers. One that has failed comes last for a while.
 *
 * <p>An answer with the bit AD is only believed from a resolver on this machine, and where the settings say so. Any thread; blocks.
 */
final class Upstream implements Resolver {

    private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

    /** How long a server that failed is asked after the others. */
    private static final long REST = 30_000_000_000L;

    /** What passes everywhere without fragments; longer answers come by TCP. */
    private static final int PAYLOAD = 1232;

    private final Settings settings;
    private final Supplier<List<InetSocketAddress>> servers;
    private final LongSupplier nanos;
    private final Semaphore permits;
    private final SecureRandom random = new SecureRandom();

    /** Until when a server comes last, by nanoseconds. As many as there are servers. */
    private final Map<InetSocketAddress, Long> resting = new ConcurrentHashMap<>();

    /** Whether the last question had no answer: its change is told once. */
    private final AtomicBoolean isDead = new AtomicBoolean();

    Upstream(Settings settings, Supplier<List<InetSocketAddress>> system, LongSupplier nanos) {
        this.settings = settings;
        this.servers = settings.servers().isEmpty() ? system : settings::servers;
        this.nanos = nanos;
        this.permits = new Semaphore(settings.maxQueries());
    }

    /**
     * Asks.
     *
     * @return an answer, also one that a server could not give (SERVFAIL and alike) when no other could either
     * @throws IOException when no server has answered
     */
    Message ask(Message query) throws IOException {
        var all = inOrder();
        if (all.isEmpty()) {
            throw new IOException("no resolver is known; see servers");
        }
        IOException last = new IOException("no resolver was asked");
        for (int round = 0; round < settings.tries(); round++) {
            Message refusal = null;
            boolean isSilent = false;
            for (var server : all) {
                try {
                    var answer = askOne(server, query);
                    resting.remove(server);
                    if (isAnswer(answer)) {
                        tellAlive();
                        return answer;
                    }
                    refusal = answer;
                } catch (IOException e) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw e;
                    }
                    LOG.debug("{} did not answer: {}", server, e.getMessage());
                    resting.put(server, nanos.getAsLong() + REST);
                    isSilent = true;
                    last = e;
                }
            }
            // All that there are have answered, and to ask them again would bring nothing; or the last round is over.
            if (refusal != null && (!isSilent || round == settings.tries() - 1)) {
                return refusal;
            }
        }
        if (isDead.compareAndSet(false, true)) {
            LOG.warn("no resolver answers, of {}: {}; look-ups fail for now", all, last.getMessage());
        }
        throw new IOException("no resolver answers, of " + all + ": " + last.getMessage(), last);
    }

    private void tellAlive() {
        if (isDead.get() && isDead.compareAndSet(true, false)) {
            LOG.info("a resolver answers again");
        }
    }

    private List<InetSocketAddress> inOrder() {
        var all = servers.get();
        if (resting.isEmpty()) {
            return all;
        }
        resting.keySet().retainAll(all);
        long now = nanos.getAsLong();
        var sorted = new ArrayList<>(all);
        sorted.sort(Comparator.comparing(server -> {
            var until = resting.get(server);
            return until != null && until - now > 0;
        }));
        return sorted;
    }

    private static boolean isAnswer(Message answer) {
        int rcode = answer.getRcode();
        return rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN;
    }

    private Message askOne(InetSocketAddress server, Message query) throws IOException {
        var one = query.clone();
        one.getHeader().setID(random.nextInt(65536));
        try {
            if (!permits.tryAcquire(settings.tryTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("too many queries are under way; see maxQueries");
            }
            try {
                return believed(
                        server,
                        answer(resolver(server).sendAsync(one, Runnable::run).toCompletableFuture()));
            } finally {
                permits.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private SimpleResolver resolver(InetSocketAddress server) {
        var resolver = new SimpleResolver(server);
        resolver.setTimeout(settings.tryTimeout());
        int flags = settings.trust() == Settings.Trust.VALIDATE ? ExtendedFlags.DO : 0;
        resolver.setEDNS(0, PAYLOAD, flags, List.of());
        return resolver;
    }

    private Message answer(CompletableFuture<Message> future) throws IOException, InterruptedException {
        try {
            // By UDP, and by TCP after it when that was cut.
            return future.get(settings.tryTimeout().toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer in time", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } finally {
            future.cancel(false);
        }
    }

    private Message believed(InetSocketAddress server, Message answer) {
        if (settings.trust() != Settings.Trust.LOCAL || !server.getAddress().isLoopbackAddress()) {
            answer.getHeader().unsetFlag(Flags.AD);
        }
        return answer;
    }

    @Override
    public CompletionStage<Message> sendAsync(Message query, Executor executor) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return ask(query);
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                },
                executor);
    }

    @Override
    public Duration getTimeout() {
        return settings.timeout();
    }

    // How it is asked is said by the settings alone; the validator wants what they give.

    @Override
    public void setPort(int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setTCP(boolean flag) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setIgnoreTruncation(boolean flag) {
        // What was cut is asked for again by TCP, always.
    }

    @Override
    public void setEDNS(int version, int payloadSize, int flags, @Nullable List<EDNSOption> options) {
        // The settings say whether DNSSEC data is asked for.
    }

    @Override
    public void setTSIGKey(@Nullable TSIG key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setTimeout(Duration timeout) {
        throw new UnsupportedOperationException();
    }
}
