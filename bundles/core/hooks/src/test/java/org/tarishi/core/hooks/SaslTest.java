package org.tarishi.core.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Moment;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.SaslMechanism;
import org.tarishi.core.spi.Authentication;
import org.tarishi.core.spi.Authentication.Answer;
import org.tarishi.core.spi.Authentication.Result;

/** Mechanisms and stores: which are offered, who is asked, and what comes of those that fail. */
final class SaslTest {

    private Kit kit = new Kit();

    @AfterEach
    void close() {
        kit.close();
    }

    private void with(Object... settings) {
        kit.close();
        kit = new Kit(settings);
    }

    /** Takes the user and the password as {@code user:password}. */
    private static class Colon implements SaslMechanism {

        final AtomicInteger disposed = new AtomicInteger();
        volatile List<CredentialStore> lent = List.of();

        @Override
        public String name() {
            return "Colon";
        }

        @Override
        public Set<String> needs() {
            return Set.of(CredentialStore.PASSWORD);
        }

        @Override
        public boolean isOfferedTo(SmtpConnection connection) {
            return true;
        }

        @Override
        public Exchange begin(SmtpConnection connection, List<CredentialStore> stores) {
            lent = stores;
            return new Exchange() {

                private String user = "";

                @Override
                public Step step(byte[] response) throws Exception {
                    var parts = new String(response, StandardCharsets.UTF_8).split(":", -1);
                    if (parts.length == 1) {
                        return Step.challenge(new byte[] {'?'});
                    }
                    user = parts[0];
                    for (var store : stores) {
                        switch (store.verify(connection, user, parts[1].toCharArray())) {
                            case ACCEPTED -> {
                                return Step.success(user);
                            }
                            case REJECTED -> {
                                return Step.failure();
                            }
                            case UNKNOWN_USER -> {}
                        }
                    }
                    return Step.failure();
                }

                @Override
                public Optional<String> user() {
                    return Optional.of(user);
                }

                @Override
                public void dispose() {
                    disposed.incrementAndGet();
                }
            };
        }
    }

    private interface Verifier {
        CredentialStore.Verdict verify(String user, String password) throws Exception;
    }

    private static CredentialStore store(Verifier verifier) {
        return new CredentialStore() {
            @Override
            public Verdict verify(SmtpConnection connection, String user, char[] password) throws LookupException {
                try {
                    return verifier.verify(user, new String(password));
                } catch (LookupException | RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }

    private static CredentialStore knows(String user, String password) {
        return store((name, given) -> !name.equals(user)
                ? CredentialStore.Verdict.UNKNOWN_USER
                : given.equals(password) ? CredentialStore.Verdict.ACCEPTED : CredentialStore.Verdict.REJECTED);
    }

    private List<String> offered() {
        var told = new CompletableFuture<List<String>>();
        kit.engine().current().askMechanisms(kit.about(null, null), Runnable::run, told::complete);
        return Kit.get(told);
    }

    private Authentication authenticate() {
        return kit.engine().current().authenticate("COLON", kit.about(null, null), _ -> true);
    }

    private static CompletableFuture<Result> stepLater(Authentication exchange, byte @Nullable [] response) {
        var told = new CompletableFuture<Result>();
        exchange.step(response, Runnable::run, result -> {
            if (!told.complete(result)) {
                throw new AssertionError("told twice");
            }
        });
        return told;
    }

    private static Result step(Authentication exchange, String response) {
        return Kit.get(stepLater(exchange, response.getBytes(StandardCharsets.UTF_8)));
    }

    private CompletableFuture<Void> leave(Source source) {
        return CompletableFuture.runAsync(
                () -> kit.engine().left(source, false, true),
                command -> Thread.ofPlatform().start(command));
    }

    @Test
    void whereNobodyIsInstalledNothingIsOffered() {
        assertThat(kit.engine().current().isEmpty(Moment.AUTH)).isTrue();
        assertThat(offered()).isEmpty();
    }

    /** Remembers where it was asked whether it is offered. */
    private static final class Where extends Colon {

        final AtomicReference<Thread> thread = new AtomicReference<>();

        @Override
        public boolean isOfferedTo(SmtpConnection connection) {
            thread.set(Thread.currentThread());
            return super.isOfferedTo(connection);
        }
    }

    @Test
    void trustedOnesThatOnlyComputeAreAskedOnTheCallersThreadWhetherTheyAreOffered() {
        with("trusted", Kit.list("colon", "users"));
        var where = new Where();
        kit.plugin("colon").nonBlocking().install(where);
        kit.plugin("users").nonBlocking().install(knows("ann", "secret"));
        assertThat(offered()).containsExactly("COLON");
        assertThat(where.thread.get()).isSameAs(Thread.currentThread());
        // and the exchange on a virtual thread all the same
        assertThat(step(authenticate(), "ann:secret").answer()).isInstanceOf(Answer.Success.class);

        kit.plugin("others").install(knows("bob", "secret"));
        assertThat(offered()).containsExactly("COLON");
        assertThat(where.thread.get().isVirtual()).isTrue();
    }

    @Test
    void oneThatFailsOnTheCallersThreadIsLeftOut() {
        with("trusted", Kit.list("colon", "broken"));
        kit.plugin("colon").nonBlocking().install(new Colon() {
            @Override
            public Set<String> needs() {
                return Set.of();
            }
        });
        kit.plugin("broken").nonBlocking().install(new Colon() {
            @Override
            public boolean isOfferedTo(SmtpConnection connection) {
                throw new IllegalStateException("secret");
            }

            @Override
            public Set<String> needs() {
                return Set.of();
            }
        });
        assertThat(offered()).containsExactly("COLON");
        assertThat(kit.log()).anyMatch(line -> line.contains("broken")).noneMatch(line -> line.contains("secret"));
    }

    @Test
    void aMechanismIsOfferedWhereAStoreHasWhatItNeeds() {
        kit.plugin("sasl/colon").install(new Colon());
        assertThat(offered()).isEmpty();

        kit.plugin("users").install(knows("ann", "secret"));
        assertThat(offered()).containsExactly("COLON");
    }

    @Test
    void aMechanismThatNeedsNoStoreIsOfferedWithoutOne() {
        kit.plugin("sasl/colon").install(new Colon() {
            @Override
            public Set<String> needs() {
                return Set.of();
            }
        });
        assertThat(offered()).containsExactly("COLON");
    }

    @Test
    void oneThatDoesNotWantToOrFailsIsNotOfferedAndTheOthersAre() {
        kit.plugin("users").install(knows("ann", "secret"));
        kit.plugin("a").install(new Colon() {
            @Override
            public boolean isOfferedTo(SmtpConnection connection) {
                return false;
            }
        });
        kit.plugin("b").install(new Colon() {
            @Override
            public boolean isOfferedTo(SmtpConnection connection) {
                throw new IllegalStateException("broken");
            }
        });
        kit.plugin("c").install(new Colon() {
            @Override
            public String name() {
                return "no name\r\n";
            }
        });
        kit.plugin("d").install(new Colon());
        assertThat(offered()).containsExactly("COLON");
        assertThat(kit.log())
                .anySatisfy(line -> assertThat(line).contains("b at auth", "IllegalStateException"))
                .anySatisfy(line -> assertThat(line).contains("c is left out"));
    }

    @Test
    void anExchangeHasTheStoresAndSaysWho() {
        kit.plugin("sasl/colon").install(new Colon());
        kit.plugin("users").install(knows("ann", "secret"));
        var exchange = authenticate();
        assertThat(step(exchange, "ann:secret")).isEqualTo(new Result(new Answer.Success(), "ann"));
        exchange.close();

        var other = authenticate();
        assertThat(step(other, "ann:wrong")).isEqualTo(new Result(new Answer.Failure(null), "ann"));
        other.close();
    }

    @Test
    void aClientThatMustBeginIsAskedTo() {
        kit.plugin("sasl/colon").install(new Colon());
        var exchange = authenticate();
        assertThat(Kit.get(stepLater(exchange, null)).answer()).isEqualTo(new Answer.Challenge(""));
        assertThat(step(exchange, "again").answer()).isEqualTo(new Answer.Challenge("Pw=="));
        exchange.close();
    }

    @Test
    void aClientThatMustWaitMayNotBegin() {
        kit.plugin("sasl/colon").install(new Colon() {
            @Override
            public Opening opening() {
                return Opening.SERVER;
            }
        });
        var exchange = authenticate();
        assertThat(step(exchange, "ann:secret").answer()).isEqualTo(new Answer.TooEarly());
        exchange.close();
        var other = authenticate();
        assertThat(Kit.get(stepLater(other, null)).answer()).isInstanceOf(Answer.Challenge.class);
        other.close();
    }

    @Test
    void aResponseIsWipedWhenItWasTaken() {
        kit.plugin("sasl/colon").install(new Colon());
        kit.plugin("users").install(knows("ann", "secret"));
        var response = "ann:secret".getBytes(StandardCharsets.UTF_8);
        var exchange = authenticate();
        Kit.get(stepLater(exchange, response));
        assertThat(response).containsOnly(0);
        exchange.close();
    }

    @Test
    void theNextStoreIsAskedWhereOneKnowsNoSuchUserInTheOrderOfTheChain() {
        with("plugins", Kit.list("second", "first"));
        kit.plugin("sasl/colon").install(new Colon());
        kit.plugin("first").install(knows("ann", "one"));
        kit.plugin("second").install(knows("ann", "two"));
        kit.plugin("third").install(knows("bob", "three"));
        assertThat(step(authenticate(), "ann:two").answer()).isEqualTo(new Answer.Success());
        assertThat(step(authenticate(), "ann:one").answer()).isEqualTo(new Answer.Failure(null));
        assertThat(step(authenticate(), "bob:three").answer()).isEqualTo(new Answer.Success());
    }

    @Test
    void aStoreThatCantBeAskedIsToldAndIsNoFault() {
        kit.plugin("sasl/colon").install(new Colon());
        kit.plugin("users").install(store((user, password) -> {
            throw new LookupException("the directory is away");
        }));
        assertThat(step(authenticate(), "ann:secret")).isEqualTo(new Result(new Answer.Unavailable(), "ann"));
        assertThat(kit.log())
                .singleElement()
                .asString()
                .contains("users can't be asked now: the directory is away")
                .doesNotContain("secret");
    }

    @Test
    void aStoreThatThrowsIsAtFaultAndNotTheMechanismAndWhatItSaysIsNotShown() {
        kit.plugin("sasl/colon").install(new Colon());
        kit.plugin("users").install(store((user, password) -> {
            throw new IllegalArgumentException("bad password " + password);
        }));
        assertThat(step(authenticate(), "ann:secret").answer()).isEqualTo(new Answer.Unavailable());
        assertThat(kit.log())
                .singleElement()
                .asString()
                .contains("users at auth", "IllegalArgumentException")
                .doesNotContain("secret");
    }

    @Test
    void aStoreThatFailsOftenIsNotAskedForAWhile() {
        with("breakerFaults", 2);
        var asked = new AtomicInteger();
        kit.plugin("sasl/colon").install(new Colon());
        kit.plugin("users").install(store((user, password) -> {
            asked.incrementAndGet();
            throw new IllegalStateException();
        }));
        for (int i = 0; i < 5; i++) {
            assertThat(step(authenticate(), "ann:x").answer()).isEqualTo(new Answer.Unavailable());
        }
        assertThat(asked).hasValue(2);
    }

    @Test
    void aMechanismThatThrowsIsAnsweredForAndWhatItSaysIsNotShown() {
        kit.plugin("sasl/colon").install(new Colon() {
            @Override
            public Exchange begin(SmtpConnection connection, List<CredentialStore> stores) {
                throw new IllegalStateException("secret");
            }
        });
        assertThat(step(authenticate(), "ann:x").answer()).isEqualTo(new Answer.Unavailable());
        assertThat(kit.log())
                .singleElement()
                .asString()
                .contains("sasl/colon at auth", "IllegalStateException")
                .doesNotContain("secret");
    }

    @Test
    void aMechanismThatLeavesBeforeTheFirstStepIsNotThere() {
        var source = kit.plugin("sasl/colon").install(new Colon());
        var exchange = authenticate();
        Kit.get(leave(source));
        assertThat(step(exchange, "ann:x").answer()).isEqualTo(new Answer.Unavailable());
        assertThat(kit.log()).singleElement().asString().contains("COLON was offered, and is not there any more");
        exchange.close();
    }

    @Test
    void nobodyIsAskedAboutAUserWhomTheGateHoldsBack() {
        kit.plugin("sasl/colon").install(new Colon());
        var asked = new AtomicInteger();
        kit.plugin("users").install(store((user, password) -> {
            asked.incrementAndGet();
            return CredentialStore.Verdict.ACCEPTED;
        }));
        var exchange = kit.engine().current().authenticate("COLON", kit.about(null, null), user -> !user.equals("ann"));
        assertThat(step(exchange, "ann:x")).isEqualTo(new Result(new Answer.Limited(), "ann"));
        assertThat(asked).hasValue(0);
        assertThat(kit.log()).isEmpty();
        exchange.close();
    }

    @Test
    void aPluginThatLeavesIsWaitedForUntilTheExchangeIsOver() {
        var mechanism = new Colon();
        kit.plugin("sasl/colon").install(mechanism);
        var users = kit.plugin("users").install(knows("ann", "secret"));
        var exchange = authenticate();
        step(exchange, "hello");

        var left = leave(users);
        await().until(() -> offered().isEmpty());
        assertThat(left).isNotDone();
        assertThat(step(exchange, "ann:secret").answer()).isEqualTo(new Answer.Success());
        assertThat(left).isNotDone();
        exchange.close();

        Kit.get(left);
        await().until(() -> mechanism.disposed.get() == 1);
    }

    @Test
    void anExchangeKeepsTheVersionThatItBeganWith() {
        kit.plugin("sasl/colon").install(new Colon());
        kit.plugin("users").bundle(7, "1.0.0").install(knows("ann", "old"));
        var exchange = authenticate();
        step(exchange, "hello");
        kit.plugin("users").bundle(8, "2.0.0").install(knows("ann", "new"));
        kit.engine().putInForce(Map.of("users", 8L));

        assertThat(step(exchange, "ann:old").answer()).isEqualTo(new Answer.Success());
        exchange.close();
        assertThat(step(authenticate(), "ann:new").answer()).isEqualTo(new Answer.Success());
    }

    @Test
    void aStepWaitsForAStoreThatIsBeingReplacedInPlace() {
        with("plugins", Kit.list("users"));
        kit.plugin("sasl/colon").install(new Colon());
        var users = kit.plugin("users").install(knows("ann", "old"));
        Kit.get(CompletableFuture.runAsync(
                () -> kit.engine().left(users, true, true),
                command -> Thread.ofPlatform().start(command)));

        var exchange = authenticate();
        var told = stepLater(exchange, "ann:new".getBytes(StandardCharsets.UTF_8));
        assertThat(told).isNotDone();
        kit.plugin("users").install(knows("ann", "new"));
        assertThat(Kit.get(told).answer()).isEqualTo(new Answer.Success());
        exchange.close();
    }

    @Test
    void aStoreThatHangsIsCutOffAndIsAtFaultAndAllIsLetGoWhenItComesBack() throws Exception {
        var mechanism = new Colon();
        var in = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var colon = kit.plugin("sasl/colon").install(mechanism);
        kit.plugin("users").install(store((user, password) -> {
            in.countDown();
            while (true) {
                try {
                    go.await();
                    return CredentialStore.Verdict.ACCEPTED;
                } catch (InterruptedException e) {
                    // hangs all the same
                }
            }
        }));
        var exchange = authenticate();
        var told = stepLater(exchange, "ann:secret".getBytes(StandardCharsets.UTF_8));
        in.await();
        kit.advanceSeconds(31);
        kit.round();

        assertThat(Kit.get(told).answer()).isEqualTo(new Answer.Unavailable());
        assertThat(kit.log()).singleElement().asString().contains("users at auth: no answer within");
        exchange.close();

        var left = leave(colon);
        assertThat(mechanism.disposed).hasValue(0);
        assertThat(left).isNotDone();
        go.countDown();
        await().until(() -> mechanism.disposed.get() == 1);
        kit.round();
        Kit.get(left);
    }

    @Test
    void whatTheClientDoesNotWaitForIsCleanedUpAllTheSame() throws Exception {
        var mechanism = new Colon();
        var in = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        kit.plugin("sasl/colon").install(mechanism);
        kit.plugin("users").install(store((user, password) -> {
            in.countDown();
            go.await();
            return CredentialStore.Verdict.ACCEPTED;
        }));
        var exchange = authenticate();
        var told = stepLater(exchange, "ann:secret".getBytes(StandardCharsets.UTF_8));
        in.await();
        exchange.close();
        exchange.close();
        assertThat(mechanism.disposed).hasValue(0);
        go.countDown();
        Kit.get(told);
        await().until(() -> mechanism.disposed.get() == 1);
    }

    @Test
    void aStoreIsNotAskedOutsideOfAStep() {
        var mechanism = new Colon();
        kit.plugin("sasl/colon").install(mechanism);
        kit.plugin("users").install(knows("ann", "secret"));
        var exchange = authenticate();
        step(exchange, "hello");
        var kept = new AtomicReference<>(mechanism.lent.getFirst());
        assertThatThrownBy(() -> kept.get().verify(kit.connection(), "ann", new char[0]))
                .isInstanceOf(IllegalStateException.class);
        exchange.close();
    }

    @Test
    void whereOnlyWhatIsListedRunsMechanismsStayAndStoresMustBeListed() {
        with("strict", true, "plugins", Kit.list("users"));
        kit.plugin("sasl/colon").install(new Colon());
        kit.plugin("others").install(knows("bob", "secret"));
        assertThat(offered()).isEmpty();
        kit.plugin("users").install(knows("ann", "secret"));
        assertThat(offered()).containsExactly("COLON");
        assertThat(step(authenticate(), "bob:secret").answer()).isEqualTo(new Answer.Failure(null));
    }

    @Test
    void aThousandExchangesLeaveNothingBehind() {
        var mechanism = new Colon();
        kit.plugin("sasl/colon").install(mechanism);
        var users = kit.plugin("users").install(knows("ann", "secret"));
        var open = new ArrayList<Authentication>();
        for (int i = 0; i < 1000; i++) {
            var exchange = authenticate();
            step(exchange, i % 2 == 0 ? "ann:wrong" : "hello");
            open.add(exchange);
        }
        open.forEach(Authentication::close);
        Kit.get(leave(users));
        await().until(() -> mechanism.disposed.get() == 1000);
    }
}
