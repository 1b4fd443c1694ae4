package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tarishi.api.Domain;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.DnsAnswer;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.MxRecord;

/** However the resolver is, the greeting waits no longer than it is promised. */
@Timeout(60)
class NameLookupTest {

    private static final InetAddress CLIENT = InetAddress.ofLiteral("192.0.2.7");

    /** What a resolver does when it is asked for the names of an address. */
    private interface Names {
        DnsAnswer<Domain> of(InetAddress address) throws LookupException;
    }

    private record OnlyNames(Names names) implements Dns {

        @Override
        public DnsAnswer<InetAddress> addresses(Domain name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DnsAnswer<MxRecord> mx(Domain name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DnsAnswer<String> txt(Domain name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DnsAnswer<Domain> names(InetAddress address) throws LookupException {
            return names.of(address);
        }

        @Override
        public DnsAnswer<String> records(String name, String type) {
            throw new UnsupportedOperationException();
        }
    }

    private record Answer(List<Domain> records) implements DnsAnswer<Domain> {

        @Override
        public Kind kind() {
            return Kind.FOUND;
        }

        @Override
        public boolean isSecure() {
            return false;
        }

        @Override
        public Duration ttl() {
            return Duration.ZERO;
        }
    }

    private static Optional<String> name(Names names, Duration limit) throws Exception {
        var told = new CompletableFuture<Optional<String>>();
        Executor blocking = task -> Thread.ofVirtual().start(task);
        NameLookup.start(new OnlyNames(names), CLIENT, limit, blocking, Runnable::run, told::complete);
        return told.get(30, TimeUnit.SECONDS);
    }

    @Test
    void theFirstNameIsTheClients() throws Exception {
        var names = List.of(Domain.parse("a.example"), Domain.parse("b.example"));
        assertThat(name(_ -> new Answer(names), NameLookup.LIMIT)).contains("a.example");
    }

    @Test
    void aResolverThatNeverAnswersHoldsNobodyLongerThanTheLimit() throws Exception {
        var never = new CountDownLatch(1);
        assertThat(name(
                        _ -> {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return new Answer(List.of());
                        },
                        Duration.ofMillis(50)))
                .isEmpty();
        never.countDown();
        assertThat(NameLookup.LIMIT).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void aResolverThatFailsIsAClientWithoutAName() throws Exception {
        assertThat(name(
                        _ -> {
                            throw new LookupException("no resolver answers");
                        },
                        NameLookup.LIMIT))
                .isEmpty();
        assertThat(name(
                        _ -> {
                            throw new IllegalStateException("a fault");
                        },
                        NameLookup.LIMIT))
                .isEmpty();
    }
}
