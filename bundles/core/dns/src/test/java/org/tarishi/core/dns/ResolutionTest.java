package org.tarishi.core.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.Domain;
import org.tarishi.api.service.DnsAnswer.Kind;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.MxRecord;
import org.tarishi.core.dns.StubNameServer.Mood;
import org.tarishi.testing.FakeConfiguration;

/** The whole resolver, against name servers that answer, fail, lie and say nothing. */
@Timeout(60)
class ResolutionTest {

    private static final String ZONE = """
            example.          600 SOA ns.example. host.example. 1 2 3 4 120
            a.example.        300 A 192.0.2.1
            a.example.        200 A 192.0.2.2
            a.example.        100 AAAA 2001:db8::1
            four.example.     300 A 192.0.2.4
            only-mx.example.  300 MX 20 b.example.
            only-mx.example.  300 MX 10 a.example.
            null.example.     300 MX 0 .
            half.example.     300 MX 0 .
            half.example.     300 MX 10 a.example.
            odd.example.      300 MX 10 _a.example.
            odd.example.      300 MX 10 a.example.
            bad.example.      300 MX 10 _a.example.
            txt.example.      300 TXT "v=spf1 " "-all"
            txt.example.      300 TXT "second"
            empty.example.    300 TXT ""
            alias.example.     50 CNAME alias2.example.
            alias2.example.   300 CNAME a.example.
            to-none.example.  300 CNAME nobody.example.
            loop.example.     300 CNAME loop2.example.
            loop2.example.    300 CNAME loop.example.
            _25._tcp.a.example. 300 TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
            1.2.0.192.in-addr.arpa. 300 PTR a.example.
            2.2.0.192.in-addr.arpa. 300 PTR under_score.example.
            xn--bcher-kva.example. 300 A 192.0.2.9
            """;

    private final AtomicLong nanos = new AtomicLong();
    private final Map<String, Object> values = new HashMap<>();
    private final List<Resolution> open = new ArrayList<>();
    private StubNameServer server;

    @BeforeEach
    void start() throws Exception {
        server = new StubNameServer();
        server.zone(ZONE);
        values.put("servers", new String[] {server.address()});
        // Far more than an answer takes; what waits for silence sets less.
        values.put("tryTimeout", "PT10S");
        values.put("timeout", "PT20S");
        values.put("tries", 1);
    }

    @AfterEach
    void stop() throws Exception {
        open.forEach(Resolution::deactivate);
        server.close();
    }

    private Resolution resolution() {
        var one = new Resolution(
                new Settings(FakeConfiguration.of(Config.class, values)),
                List::<InetSocketAddress>of,
                nanos::get,
                Clock.systemUTC(),
                RootAnchors::open);
        open.add(one);
        return one;
    }

    private static Domain domain(String name) {
        return Domain.parse(name);
    }

    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(text);
    }

    // -------------------------------------------------------------------------------------------- what there is

    @Test
    void addressesOfBothFamiliesAreOneAnswerThatHoldsAsLongAsItsShortestRecord() throws Exception {
        var answer = resolution().addresses(domain("A.example"));

        assertThat(answer.kind()).isEqualTo(Kind.FOUND);
        assertThat(answer.records())
                .containsExactlyInAnyOrder(address("192.0.2.1"), address("192.0.2.2"), address("2001:db8::1"))
                .startsWith(address("2001:db8::1"));
        assertThat(answer.ttl()).isEqualTo(Duration.ofSeconds(100));
        assertThat(answer.isSecure()).isFalse();
    }

    @Test
    void aHostOfOneFamilyIsFound() throws Exception {
        assertThat(resolution().addresses(domain("four.example")).records()).containsExactly(address("192.0.2.4"));
    }

    @Test
    void aNameInUnicodeIsAskedByItsALabel() throws Exception {
        assertThat(resolution().addresses(domain("bücher.example")).records()).containsExactly(address("192.0.2.9"));
    }

    @Test
    void mailExchangersComeByPreference() throws Exception {
        assertThat(resolution().mx(domain("only-mx.example")).records())
                .containsExactly(new MxRecord(10, domain("a.example")), new MxRecord(20, domain("b.example")));
    }

    @Test
    void aNullMxIsFoundAndNoHost() throws Exception {
        var answer = resolution().mx(domain("null.example"));

        assertThat(answer.kind()).isEqualTo(Kind.FOUND);
        assertThat(answer.records()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"half.example", "odd.example"})
    void whatIsNoHostAmongMailExchangersIsLeftOut(String name) throws Exception {
        assertThat(resolution().mx(domain(name)).records()).containsExactly(new MxRecord(10, domain("a.example")));
    }

    @Test
    void mailExchangersThatAreAllNoHostsAreNoNullMx() {
        assertThatThrownBy(() -> resolution().mx(domain("bad.example"))).isInstanceOf(LookupException.class);
    }

    @Test
    void theStringsOfATextAreJoinedWithoutABlank() throws Exception {
        assertThat(resolution().txt(domain("txt.example")).records())
                .containsExactlyInAnyOrder("v=spf1 -all", "second");
        assertThat(resolution().txt(domain("empty.example")).records()).containsExactly("");
    }

    @Test
    void anAddressHasNamesAndWhatNoHostIsCalledIsNone() throws Exception {
        assertThat(resolution().names(address("192.0.2.1")).records()).containsExactly(domain("a.example"));
        assertThat(resolution().names(address("192.0.2.2")).kind()).isEqualTo(Kind.NO_DATA);
    }

    @Test
    void anyTypeIsGivenInItsPresentationForm() throws Exception {
        assertThat(resolution().records("_25._tcp.a.example", "tlsa").records())
                .containsExactly("3 1 1 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF");
        assertThat(resolution().records("alias.example", "CNAME").records()).containsExactly("alias2.example.");
    }

    @ParameterizedTest
    @CsvSource({"a.example, NONSENSE", "a.example, ANY", "a.example, AXFR", "a..example, A", "'', A"})
    void whatIsNoNameOrNoTypeOfRecordsIsRefused(String name, String type) {
        assertThatThrownBy(() -> resolution().records(name, type)).isInstanceOf(IllegalArgumentException.class);
        assertThat(server.asked).isEmpty();
    }

    @Test
    void aliasesAreFollowedAndTheShortestLifeHolds() throws Exception {
        var answer = resolution().addresses(domain("alias.example"));

        assertThat(answer.records()).hasSize(3);
        assertThat(answer.ttl()).isEqualTo(Duration.ofSeconds(50));
    }

    @Test
    void anAliasWhoseTargetIsNotInTheMessageIsAskedFor() throws Exception {
        server.endsAtAliases = true;
        server.sendsStart = true;

        assertThat(resolution().mx(domain("alias.example")).kind()).isEqualTo(Kind.NO_DATA);
        assertThat(resolution().addresses(domain("alias.example")).records()).hasSize(3);
        assertThat(server.asked).contains("udp alias2.example A", "udp a.example A");
    }

    @Test
    void aliasesInACircleAreNoAnswer() {
        assertThatThrownBy(() -> resolution().txt(domain("loop.example")))
                .isInstanceOf(LookupException.class)
                .hasMessageContaining("more than 8 aliases");
        server.endsAtAliases = true;
        assertThatThrownBy(() -> resolution().txt(domain("loop.example"))).isInstanceOf(LookupException.class);
    }

    // --------------------------------------------------------------------------------------- that there is nothing

    @Test
    void aNameWithoutRecordsOfTheTypeAndNoNameAreTwoAnswers() throws Exception {
        assertThat(resolution().txt(domain("a.example")).kind()).isEqualTo(Kind.NO_DATA);
        assertThat(resolution().txt(domain("nobody.example")).kind()).isEqualTo(Kind.NO_DOMAIN);
        assertThat(resolution().addresses(domain("txt.example")).kind()).isEqualTo(Kind.NO_DATA);
        assertThat(resolution().addresses(domain("nobody.example")).kind()).isEqualTo(Kind.NO_DOMAIN);
        assertThat(resolution().txt(domain("to-none.example")).kind()).isEqualTo(Kind.NO_DOMAIN);
    }

    @Test
    void nothingHoldsAsLongAsTheZoneSays() throws Exception {
        assertThat(resolution().txt(domain("nobody.example")).ttl()).isEqualTo(Duration.ofMinutes(2));
        values.put("maxNegativeTtl", "PT30S");
        assertThat(resolution().txt(domain("nobody.example")).ttl()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aNameThatDnsCantHoldIsNone() throws Exception {
        var label = "x".repeat(63);
        assertThat(resolution()
                        .mx(domain(label + "." + label + "." + label + "." + label))
                        .kind())
                .isEqualTo(Kind.NO_DOMAIN);
    }

    @ParameterizedTest
    @CsvSource({"localhost, FOUND", "a.localhost, FOUND", "mx.invalid, NO_DOMAIN", "mx.onion, NO_DOMAIN"})
    void specialNamesAreNeverAsked(String name, Kind kind) throws Exception {
        assertThat(resolution().addresses(domain(name)).kind()).isEqualTo(kind);
        assertThat(server.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1"})
    void thisMachineHasItsNameWithoutAsking(String address) throws Exception {
        assertThat(resolution().names(address(address)).records()).containsExactly(domain("localhost"));
        assertThat(server.asked).isEmpty();
    }

    // ------------------------------------------------------------------------------------------------- the cache

    @Test
    void anAnswerIsAskedForOnceWhileItHolds() throws Exception {
        var resolution = resolution();
        resolution.mx(domain("only-mx.example"));
        nanos.addAndGet(Duration.ofSeconds(299).toNanos());
        assertThat(resolution.mx(domain("ONLY-mx.example")).ttl()).isEqualTo(Duration.ofSeconds(1));
        assertThat(server.count("udp only-mx.example MX")).isOne();

        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        resolution.mx(domain("only-mx.example"));
        assertThat(server.count("udp only-mx.example MX")).isEqualTo(2);
    }

    @Test
    void nothingIsKeptToo() throws Exception {
        var resolution = resolution();
        resolution.txt(domain("nobody.example"));
        resolution.txt(domain("nobody.example"));
        assertThat(server.asked).hasSize(1);
    }

    @Test
    void nothingWithoutTheZonesStartIsNotKept() throws Exception {
        server.sendsStart = false;
        var resolution = resolution();
        resolution.txt(domain("nobody.example"));
        resolution.txt(domain("nobody.example"));
        assertThat(server.asked).hasSize(2);
    }

    @Test
    void aFailureIsNotKept() throws Exception {
        var resolution = resolution();
        server.mood = Mood.SERVFAIL;
        assertThatThrownBy(() -> resolution.txt(domain("txt.example"))).isInstanceOf(LookupException.class);
        server.mood = Mood.HONEST;
        assertThat(resolution.txt(domain("txt.example")).records()).hasSize(2);
    }

    @Test
    void withoutACacheEachIsAsked() throws Exception {
        values.put("cacheBytes", 0);
        var resolution = resolution();
        resolution.txt(domain("txt.example"));
        resolution.txt(domain("txt.example"));
        assertThat(server.asked).hasSize(2);
    }

    @Test
    void manyWhoAskTheSameAreOneQuestion() throws Exception {
        server.mood = Mood.HELD;
        var resolution = resolution();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<?>>();
            Callable<?> ask = () -> resolution.txt(domain("txt.example"));
            for (int i = 0; i < 50; i++) {
                all.add(threads.submit(ask));
            }
            while (server.asked.isEmpty()) {
                Thread.onSpinWait();
            }
            server.gate.countDown();
            for (var one : all) {
                one.get();
            }
        }
        assertThat(server.asked).hasSize(1);
    }

    @Test
    void otherSettingsHoldFromTheNextLookUpOnAndBadOnesChangeNothing() throws Exception {
        var resolution = resolution();
        resolution.txt(domain("txt.example"));
        try (var other = new StubNameServer()) {
            other.zone("txt.example. 300 TXT other");
            values.put("servers", new String[] {other.address()});
            resolution.modified(FakeConfiguration.of(Config.class, values));
            assertThat(resolution.txt(domain("txt.example")).records()).containsExactly("other");
            values.put("servers", new String[] {"nowhere"});
            assertThatThrownBy(() -> resolution.modified(FakeConfiguration.of(Config.class, values)))
                    .hasMessageStartingWith("servers: ");
            assertThat(resolution.txt(domain("txt.example")).records()).containsExactly("other");
        }
    }

    // -------------------------------------------------------------------------------------------- what goes wrong

    @ParameterizedTest
    @EnumSource(
            value = Mood.class,
            names = {"SILENT", "SERVFAIL", "WRONG_ID", "WRONG_QUESTION", "GARBAGE"})
    void whatCouldNotBeAskedIsTemporary(Mood mood) {
        server.mood = mood;
        values.put("tryTimeout", mood == Mood.SILENT ? "PT0.2S" : "PT10S");
        var resolution = resolution();
        assertThatThrownBy(() -> resolution.txt(domain("txt.example")))
                .isInstanceOf(LookupException.class)
                .hasMessageContaining("txt.example TXT can't be looked up now");
        assertThatThrownBy(() -> resolution.addresses(domain("a.example"))).isInstanceOf(LookupException.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Mood.class,
            names = {"SILENT", "SERVFAIL", "WRONG_ID", "WRONG_QUESTION", "GARBAGE"})
    void anotherServerIsAskedThen(Mood mood) throws Exception {
        server.mood = mood;
        values.put("tryTimeout", mood == Mood.SILENT ? "PT2S" : "PT10S");
        try (var second = new StubNameServer()) {
            second.zone(ZONE);
            values.put("servers", new String[] {server.address(), second.address()});
            assertThat(resolution().txt(domain("txt.example")).records()).hasSize(2);
        }
    }

    @Test
    void aServerThatFailedComesLastForAWhile() throws Exception {
        server.mood = Mood.SILENT;
        values.put("tryTimeout", "PT2S");
        try (var second = new StubNameServer()) {
            second.zone(ZONE);
            values.put("servers", new String[] {server.address(), second.address()});
            var resolution = resolution();
            resolution.txt(domain("txt.example"));
            resolution.txt(domain("empty.example"));
            assertThat(server.asked).hasSize(1);

            nanos.addAndGet(Duration.ofSeconds(31).toNanos());
            server.mood = Mood.HONEST;
            resolution.mx(domain("only-mx.example"));
            assertThat(server.asked).hasSize(2);
        }
    }

    @Test
    void aLookUpIsTriedAsOftenAsSet() {
        server.mood = Mood.SILENT;
        values.put("tryTimeout", "PT0.2S");
        values.put("tries", 3);
        assertThatThrownBy(() -> resolution().txt(domain("txt.example"))).isInstanceOf(LookupException.class);
        assertThat(server.asked).hasSize(3);
    }

    @Test
    void aLookUpEndsInTimeWhateverTheServersDo() {
        server.mood = Mood.SILENT;
        values.put("tries", 10);
        values.put("tryTimeout", "PT20S");
        values.put("timeout", "PT0.1S");
        assertThatThrownBy(() -> resolution().txt(domain("txt.example")))
                .isInstanceOf(LookupException.class)
                .hasMessageContaining("no answer in PT0.1S");
    }

    @Test
    void anAnswerThatWasCutIsAskedForByTcp() throws Exception {
        server.mood = Mood.TRUNCATING;
        assertThat(resolution().txt(domain("txt.example")).records()).hasSize(2);
        assertThat(server.asked).containsExactly("udp txt.example TXT", "tcp txt.example TXT");
    }

    @Test
    void anAnswerThatIsTooLargeForUdpComesWhole() throws Exception {
        for (int i = 0; i < 200; i++) {
            server.zone("large.example. 300 TXT \"" + i + "x".repeat(200) + "\"");
        }
        server.mood = Mood.TRUNCATING;
        assertThat(resolution().txt(domain("large.example")).records()).hasSize(200);
    }

    @Test
    void withoutAServerNothingIsKnown() {
        values.put("servers", new String[0]);
        assertThatThrownBy(() -> resolution().txt(domain("txt.example")))
                .isInstanceOf(LookupException.class)
                .hasMessageContaining("no resolver is known");
    }

    @Test
    void tooManyQuestionsFailForNow() throws Exception {
        server.mood = Mood.HELD;
        values.put("maxQueries", 1);
        var resolution = resolution();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<?>>();
            for (int i = 0; i < 5; i++) {
                var name = domain("n" + i + ".example");
                Callable<?> ask = () -> resolution.txt(name);
                all.add(threads.submit(ask));
            }
            var refused = new AtomicLong();
            // One of the five is refused at once; the others end when the gate opens.
            while (refused.get() == 0) {
                refused.set(all.stream()
                        .filter(one -> one.state() == Future.State.FAILED)
                        .count());
                Thread.onSpinWait();
            }
            assertThat(refused).hasValue(1);
            server.gate.countDown();
            for (var one : all) {
                if (one.state() != Future.State.FAILED) {
                    one.get();
                }
            }
        }
    }

    @Test
    void anInterruptEndsTheWaitOfOneAlone() throws Exception {
        server.mood = Mood.HELD;
        var resolution = resolution();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<?> ask = () -> resolution.txt(domain("txt.example"));
            var first = threads.submit(ask);
            while (server.asked.isEmpty()) {
                Thread.onSpinWait();
            }
            var second = threads.submit(ask);
            first.cancel(true);
            server.gate.countDown();
            second.get();
        }
        assertThat(server.asked).hasSize(1);
    }

    // ---------------------------------------------------------------------------------------------- what is secure

    @ParameterizedTest
    @CsvSource({"off, false", "trust-local, true"})
    void aResolverOnThisMachineIsBelievedWhereThatIsSet(String dnssec, boolean isSecure) throws Exception {
        server.saysAuthenticated = true;
        values.put("dnssec", dnssec);
        assertThat(resolution().txt(domain("txt.example")).isSecure()).isEqualTo(isSecure);
        assertThat(resolution().addresses(domain("a.example")).isSecure()).isEqualTo(isSecure);
        assertThat(resolution().txt(domain("nobody.example")).isSecure()).isEqualTo(isSecure);
    }

    @Test
    void whoKeepsTheAddressesOfOneFamilyBackTakesNothingFromTheOther() throws Exception {
        server.saysAuthenticated = true;
        server.failingType = org.xbill.DNS.Type.AAAA;

        var answer = resolution().addresses(domain("four.example"));

        assertThat(answer.records()).containsExactly(address("192.0.2.4"));
        assertThat(answer.isSecure()).isTrue();
    }

    @Test
    void anAnswerTellsTheNameAtTheEndOfItsAliases() throws Exception {
        assertThat(resolution().addresses(domain("Alias.example")).canonicalName())
                .contains("a.example");
        assertThat(resolution().records("alias.example", "A").canonicalName()).contains("a.example");
        assertThat(resolution().addresses(domain("a.example")).canonicalName()).isEmpty();
        assertThat(resolution().records("alias.example", "CNAME").canonicalName())
                .isEmpty();
    }

    @Test
    void anAnswerOfWhichAPartIsNotVouchedForIsNotSecure() throws Exception {
        assertThat(resolution().txt(domain("txt.example")).isSecure()).isFalse();
    }
}
