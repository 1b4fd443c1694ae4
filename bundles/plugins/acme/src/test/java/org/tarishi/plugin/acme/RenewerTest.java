package org.tarishi.plugin.acme;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Signature;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.tarishi.api.service.AcmeDnsResponder;

/** Certificates from an authority that checks everything it is sent, and misbehaves as it is told to. */
@Timeout(120)
class RenewerTest {

    private static final String HOST = "mx.example.com";

    @TempDir
    private Path root;

    private final TestTime time = new TestTime();
    private final List<AcmeDnsResponder> responders = new CopyOnWriteArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private StubCa ca;
    private Map<String, Object> values;

    @BeforeEach
    void start() throws Exception {
        ca = new StubCa(time);
        Files.createDirectories(root.resolve("conf"));
        values = new HashMap<>(Map.of(
                "certificates",
                new String[] {HOST},
                "termsAgreed",
                true,
                "directory",
                ca.directory(),
                "trustedCa",
                ca.writeRoot(root.resolve("conf")).toString(),
                "contact",
                new String[] {"post@example.com"},
                "dnsWait",
                "PT0S"));
        ((Logger) LoggerFactory.getLogger("ROOT")).setLevel(Level.INFO);
        log.start();
        ((Logger) LoggerFactory.getLogger("org.tarishi")).addAppender(log);
    }

    @AfterEach
    void stop() {
        ((Logger) LoggerFactory.getLogger("org.tarishi")).detachAppender(log);
        ca.close();
        assertThat(ca.faults).isEmpty();
    }

    private Renewer renewer() {
        return renewer(Configs.settings(values));
    }

    private Renewer renewer(Settings settings) {
        return new Renewer(
                settings,
                new Renewer.Folders(root.resolve("conf"), root.resolve("data/acme")),
                time.waits(),
                new Random(7),
                () -> responders,
                _ -> {
                    var responder = new HttpResponder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                    ca.httpPort = responder.port();
                    return responder;
                });
    }

    private Path file(String name) {
        return root.resolve("conf/tls").resolve(name).resolve("acme.pem");
    }

    private List<String> lines(Level level) {
        return log.list.stream()
                .filter(event -> event.getLevel().equals(level))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    // ------------------------------------------------------------------------------------------------- it works

    @Test
    void aMissingCertificateIsGotByHttpAndLiesInOneFileThatIsTheOwnersAlone() throws Exception {
        var next = renewer().pass();

        var text = Files.readString(file(HOST));
        var chain = Pem.certificates(text);
        assertThat(chain).hasSize(2);
        assertThat(Issuer.covers(chain.getFirst(), List.of(HOST))).isTrue();
        assertThat(signs(text, chain.getFirst().getPublicKey())).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(HOST))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(file(HOST).getParent())))
                .isEqualTo("rwx------");
        try (var beside = Files.list(file(HOST).getParent())) {
            assertThat(beside).containsExactly(file(HOST));
        }
        assertThat(next).isEqualTo(TestTime.START.plus(Duration.ofHours(6)));
        assertThat(lines(Level.INFO)).anyMatch(line -> line.contains(HOST) && line.contains("2027-03-01"));
    }

    /** Whether the key of a file goes with this public one. */
    private static boolean signs(String pem, java.security.PublicKey other) throws Exception {
        var body = pem.substring(pem.indexOf("KEY-----") + 8, pem.indexOf("-----END"));
        var key = java.security.KeyFactory.getInstance(other.getAlgorithm())
                .generatePrivate(new java.security.spec.PKCS8EncodedKeySpec(
                        Base64.getMimeDecoder().decode(body)));
        var signature = Signature.getInstance(other.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
        signature.initSign(key);
        signature.update(new byte[] {1});
        var signed = signature.sign();
        signature.initVerify(other);
        signature.update(new byte[] {1});
        return signature.verify(signed);
    }

    @Test
    void theAccountKeyIsMadeOnceAndIsTheOwnersAlone() throws Exception {
        values.put("certificates", new String[] {HOST, "b.example.com"});
        renewer().pass();
        renewer().renew(new Wanted(HOST, List.of(HOST)));

        assertThat(ca.accountCount()).isOne();
        var keys = files("account.pem");
        assertThat(keys).hasSize(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys.getFirst())))
                .isEqualTo("rw-------");
        assertThat(ca.contactsOfOnlyAccount()).containsExactly("mailto:post@example.com");
    }

    private List<Path> files(String name) throws Exception {
        try (var all = Files.walk(root)) {
            return all.filter(file -> file.endsWith(name)).toList();
        }
    }

    @Test
    void severalNamesStandInOneCertificateInTheFolderThatIsNamed() throws Exception {
        values.put("certificates", new String[] {"mail=mx.example.com, bücher.example"});
        renewer().pass();

        var certificate = Pem.certificates(Files.readString(file("mail"))).getFirst();
        assertThat(Issuer.covers(certificate, List.of(HOST, "xn--bcher-kva.example")))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"ec-p256, EC", "ec-p384, EC", "rsa-2048, RSA"})
    void theKeyIsOfTheKindThatIsSet(String type, String algorithm) throws Exception {
        values.put("keyType", type);
        renewer().pass();

        var text = Files.readString(file(HOST));
        var key = Pem.certificates(text).getFirst().getPublicKey();
        assertThat(key.getAlgorithm()).isEqualTo(algorithm);
        assertThat(signs(text, key)).isTrue();
    }

    @Test
    void aWildcardAndItsNameAreProvedByTwoRecordsOfOneName() throws Exception {
        var records = new ConcurrentHashMap<String, List<String>>();
        responders.add((name, value) -> Optional.empty());
        responders.add((name, value) -> {
            records.computeIfAbsent(name, _ -> new CopyOnWriteArrayList<>()).add(value);
            return Optional.of(() -> records.get(name).remove(value));
        });
        ca.txt = name -> List.copyOf(records.getOrDefault(name, List.of()));
        values.put("certificates", new String[] {"wild=*.example.com,example.com"});
        values.put("challenge", "dns-01");
        values.put("dnsWait", "PT1M");
        renewer().pass();

        assertThat(Issuer.covers(
                        Pem.certificates(Files.readString(file("wild"))).getFirst(),
                        List.of("*.example.com", "example.com")))
                .isTrue();
        assertThat(records).containsOnlyKeys("_acme-challenge.example.com");
        assertThat(records.get("_acme-challenge.example.com")).isEmpty();
        assertThat(time.instant()).isAfterOrEqualTo(TestTime.START.plus(Duration.ofMinutes(1)));
    }

    @Test
    void thePreferredChainIsTakenWhereItIsOffered() throws Exception {
        values.put("preferredChain", "Other Root");
        renewer().pass();

        assertThat(Pem.certificates(Files.readString(file(HOST)))
                        .getLast()
                        .getIssuerX500Principal()
                        .getName())
                .isEqualTo("CN=Other Root");
    }

    @Test
    void aChainThatIsNotOfferedIsToldAndTheFirstOneIsTaken() throws Exception {
        values.put("preferredChain", "Nobody");
        renewer().pass();

        assertThat(file(HOST)).exists();
        assertThat(lines(Level.WARN)).singleElement().asString().contains("preferredChain", "Nobody");
    }

    @Test
    void spentNoncesAreNoFailure() throws Exception {
        ca.badNonces.set(3);
        renewer().pass();

        assertThat(file(HOST)).exists();
        assertThat(ca.count("bad nonce")).isEqualTo(3);
    }

    @Test
    void anOrderThatIsWorkedOnIsLookedAtAsOftenAsTheAuthoritySays() throws Exception {
        ca.processingPolls = 3;
        renewer().pass();

        assertThat(file(HOST)).exists();
        assertThat(time.instant()).isEqualTo(TestTime.START.plus(Duration.ofSeconds(10)));
    }

    // ------------------------------------------------------------------------------------------------- renewing

    @Test
    void nothingIsAskedForBeforeTwoThirdsOfTheLifeAndThenOnce() throws Exception {
        renewer().pass();
        var first = Files.readString(file(HOST));
        time.set(TestTime.START.plus(Duration.ofDays(59)));
        int before = ca.asked.size();
        renewer().pass();
        assertThat(ca.asked).hasSize(before + 1); // its directory, for a proposal
        assertThat(Files.readString(file(HOST))).isEqualTo(first);

        time.set(TestTime.START.plus(Duration.ofDays(62)));
        renewer().pass();
        var second = Files.readString(file(HOST));
        assertThat(second).isNotEqualTo(first);
        renewer().pass();
        assertThat(Files.readString(file(HOST))).isEqualTo(second);
        assertThat(ca.count("POST /newOrder")).isEqualTo(2);
    }

    @Test
    void theMomentOfARenewalIsChosenOnce() throws Exception {
        renewer().pass();
        var settings = Configs.settings(values);
        var wanted = settings.certificates().getFirst();
        var chosen = renewer().due(settings, wanted);

        assertThat(renewer().due(settings, wanted)).isEqualTo(chosen);
        assertThat(chosen)
                .isBetween(TestTime.START.plus(Duration.ofDays(60)), TestTime.START.plus(Duration.ofDays(62)));
    }

    @Test
    void anAuthorityThatWantsARenewalEarlierGetsItAndHearsWhatIsReplaced() throws Exception {
        ca.hasRenewalInfo = true;
        ca.windowStart = TestTime.START.plus(Duration.ofDays(50));
        ca.windowEnd = TestTime.START.plus(Duration.ofDays(51));
        renewer().pass();
        var renewer = renewer();
        time.pass(Duration.ofDays(1));
        renewer.pass();
        var settings = renewer.settings();
        assertThat(renewer.due(settings, settings.certificates().getFirst())).isBetween(ca.windowStart, ca.windowEnd);

        // A new window, in the past: a revocation is coming.
        ca.windowStart = TestTime.START.plus(Duration.ofHours(1));
        ca.windowEnd = TestTime.START.plus(Duration.ofHours(2));
        time.pass(Duration.ofDays(1));
        renewer.pass();

        assertThat(ca.count("POST /newOrder")).isEqualTo(2);
        assertThat(ca.orders()).filteredOn(order -> order.replaces != null).hasSize(1);
        assertThat(lines(Level.INFO)).anyMatch(line -> line.contains("https://ca.example/why"));
    }

    @Test
    void aProposalIsAskedForNoOftenerThanSet() throws Exception {
        ca.hasRenewalInfo = true;
        ca.windowStart = TestTime.START.plus(Duration.ofDays(60));
        ca.windowEnd = TestTime.START.plus(Duration.ofDays(61));
        var renewer = renewer();
        renewer.pass();
        renewer.pass();
        renewer.pass();
        assertThat(ca.count("GET /renewal")).isOne();
        time.pass(Duration.ofHours(7));
        renewer.pass();
        assertThat(ca.count("GET /renewal")).isEqualTo(2);
    }

    @Test
    void aCertificateThatCountsAsReplacedIsRenewedAllTheSame() throws Exception {
        ca.hasRenewalInfo = true;
        ca.saysAlreadyReplaced = true;
        renewer().pass();
        assertThat(renewer().renew(new Wanted(HOST, List.of(HOST)))).isEmpty();

        assertThat(ca.orders()).hasSize(2).allMatch(order -> order.replaces == null);
    }

    @Test
    void anotherAuthorityOrAnotherNameIsAskedForAtOnce() throws Exception {
        renewer().pass();
        values.put("certificates", new String[] {HOST + ",smtp.example.com"});
        renewer().pass();
        assertThat(Issuer.covers(
                        Pem.certificates(Files.readString(file(HOST))).getFirst(), List.of(HOST, "smtp.example.com")))
                .isTrue();

        try (var second = new StubCa(time)) {
            values.put("directory", second.directory());
            Files.copy(
                    second.writeRoot(Files.createDirectories(root.resolve("second"))), root.resolve("conf/second.pem"));
            values.put("trustedCa", "second.pem");
            var first = ca;
            ca = second;
            renewer().pass();
            ca = first;
            assertThat(second.count("POST /newOrder")).isOne();
            assertThat(files("account.pem")).hasSize(2);
        }
    }

    @Test
    void aFileThatIsNoCertificateCountsAsMissing() throws Exception {
        renewer().pass();
        Files.writeString(file(HOST), "nonsense");
        renewer().pass();

        assertThat(Pem.certificates(Files.readString(file(HOST)))).hasSize(2);
    }

    // ------------------------------------------------------------------------------------------------- it fails

    private void failsOnce(String because) throws Exception {
        var next = renewer().pass();

        assertThat(file(HOST)).doesNotExist();
        assertThat(lines(Level.ERROR))
                .singleElement()
                .asString()
                .contains(HOST, because, "next try at " + progress().notBefore().orElseThrow());
        assertThat(next).isEqualTo(progress().notBefore().orElseThrow());
        assertThat(progress().failures()).isOne();
        int asked = ca.asked.size();
        renewer().pass(); // a restart
        assertThat(ca.asked).hasSize(asked);
    }

    private Progress progress() {
        var settings = Configs.settings(values);
        return renewer(settings).progress(settings, settings.certificates().getFirst());
    }

    @Test
    void withoutAgreementToTheTermsNothingIsAskedForButTheDirectory() throws Exception {
        values.put("termsAgreed", false);
        failsOnce("https://ca.example/terms");
        assertThat(ca.accountCount()).isZero();
    }

    @Test
    void aChallengeThatFailsIsToldWithTheAuthoritysReason() throws Exception {
        ca.txt = name -> List.of("wrong");
        responders.add((name, value) -> Optional.of(() -> {}));
        values.put("challenge", "dns-01");
        failsOnce(HOST + " was not proved by dns-01: the records are [wrong]");
    }

    @Test
    void aChallengeThatIsNotOfferedIsToldWithThoseThatAre() throws Exception {
        ca.challenges = List.of("dns-01");
        failsOnce("offers [dns-01] only");
    }

    @Test
    void withoutAResponderDnsCantBeUsed() throws Exception {
        values.put("challenge", "dns-01");
        failsOnce("dns-01 wants dnsServer");
    }

    @Test
    void aNameInNoZoneOfAResponderIsTold() throws Exception {
        values.put("challenge", "dns-01");
        responders.add((name, value) -> Optional.empty());
        failsOnce("_acme-challenge." + HOST + " is in no zone");
    }

    @Test
    void anAuthorityThatLimitsIsLeftAloneForAsLongAsItSays() throws Exception {
        ca.rateLimitSeconds = (int) Duration.ofDays(2).toSeconds();
        values.put("certificates", new String[] {HOST, "b.example.com", "c.example.com"});
        renewer().pass();

        assertThat(ca.count("POST /newOrder")).isOne();
        assertThat(lines(Level.ERROR))
                .singleElement()
                .asString()
                .contains("[mx.example.com, b.example.com, c.example.com]", "rateLimited", "\\u000d\\u000a");
        assertThat(progress().notBefore()).contains(TestTime.START.plus(Duration.ofDays(2)));
    }

    @Test
    void anAuthorityThatIsBeingRepairedIsLeftAloneForAsLongAsItSays() throws Exception {
        ca.unavailableSeconds = 7200;
        renewer().pass();

        assertThat(progress().notBefore()).contains(TestTime.START.plusSeconds(7200));
        assertThat(lines(Level.ERROR)).singleElement().asString().contains("HTTP 503");
    }

    @Test
    void noAuthorityPutsOffARenewalForEver() throws Exception {
        ca.rateLimitSeconds = 2_000_000_000;
        renewer().pass();

        assertThat(progress().notBefore()).contains(TestTime.START.plus(Duration.ofDays(7)));
    }

    @Test
    void anAuthorityThatIsDownIsToldAndTriedLessAndLess() throws Exception {
        ca.close();
        var pauses = new java.util.ArrayList<Duration>();
        var renewer = renewer();
        for (int i = 0; i < 10; i++) {
            var now = time.instant();
            var next = renewer.pass();
            var due = progress().notBefore().orElseThrow();
            pauses.add(Duration.between(now, due));
            time.set(due.isAfter(next) ? due : next);
        }
        assertThat(pauses.getFirst()).isBetween(Duration.ofMinutes(13), Duration.ofMinutes(17));
        assertThat(pauses.get(3)).isBetween(Duration.ofMinutes(107), Duration.ofMinutes(133));
        assertThat(pauses.getLast()).isBetween(Duration.ofHours(21), Duration.ofHours(27));
        assertThat(lines(Level.ERROR)).hasSize(10).allMatch(line -> line.contains("can't be reached"));
    }

    @Test
    void aRenewalThatFailsLeavesTheOldOneAndIsAWarningUntilItIsUrgent() throws Exception {
        renewer().pass();
        var first = Files.readString(file(HOST));
        ca.failsFinalize = true;
        time.set(TestTime.START.plus(Duration.ofDays(62)));
        renewer().pass();
        assertThat(lines(Level.WARN)).singleElement().asString().contains("the old one holds", "no such keys here");
        assertThat(lines(Level.ERROR)).isEmpty();

        time.set(TestTime.START.plus(Duration.ofDays(85)));
        renewer().pass();
        assertThat(lines(Level.ERROR)).hasSize(1);
        assertThat(Files.readString(file(HOST))).isEqualTo(first);

        ca.failsFinalize = false;
        time.set(TestTime.START.plus(Duration.ofDays(87)));
        renewer().pass();
        assertThat(Files.readString(file(HOST))).isNotEqualTo(first);
        assertThat(progress().failures()).isZero();
    }

    @Test
    void anOrderThatStaysInWorkEndsInTime() throws Exception {
        ca.processingPolls = 1_000_000;
        failsOnce("the certificate is still processing after orderTimeout = PT10M");
        assertThat(time.instant()).isBefore(TestTime.START.plus(Duration.ofMinutes(11)));
    }

    @Test
    void aCertificateOfAnotherKeyIsNotTaken() throws Exception {
        ca.isOtherKey = true;
        failsOnce("a certificate of another key");
    }

    @Test
    void aCertificateForOtherNamesIsNotTaken() throws Exception {
        ca.isOtherName = true;
        failsOnce("a certificate for other names");
    }

    @Test
    void aCertificateThatHasExpiredIsNotTaken() throws Exception {
        ca.life = Duration.ofSeconds(-1);
        failsOnce("has expired");
    }

    @Test
    void anAuthorityWhoseWebServerIsNotTrustedIsNotAsked() throws Exception {
        values.put("trustedCa", "");
        failsOnce("unable to find valid certification path");
        assertThat(ca.asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"<html>hello</html>", "{}", "{\"newNonce\": 7}", "[1,2,3]", "{\"newNonce\":\"http://localhost/\"}"
            })
    void aDirectoryThatIsNoneIsAFailureLikeAny(String body) throws Exception {
        ca.directoryBody = body;
        renewer().pass();

        assertThat(lines(Level.ERROR)).hasSize(1);
        assertThat(progress().failures()).isOne();
    }

    @Test
    void anAnswerWithoutEndIsCutOff() throws Exception {
        ca.directoryBody = "{\"x\": \"" + "y".repeat(2_000_000) + "\"}";
        failsOnce("can't be reached");
    }

    @Test
    void anAccountThatWasDeactivatedIsToldAndNoOtherOneIsMade() throws Exception {
        renewer().pass();
        ca.accountStatus = "deactivated";
        var error = renewer().renew(new Wanted(HOST, List.of(HOST))).orElseThrow();

        assertThat(error).contains("unauthorized", "deactivated");
        assertThat(ca.accountCount()).isOne();
    }

    // -------------------------------------------------------------------------------------- external accounts

    @Test
    void anAccountIsBoundToAnotherOneByAKeyThatLiesInAFile() throws Exception {
        external("rw-------");
        renewer().pass();

        assertThat(file(HOST)).exists();
    }

    @Test
    void anAuthorityThatWantsABindingIsNotAskedWithoutOne() throws Exception {
        ca.isExternalRequired = true;
        failsOnce("eabKeyId and eabKeyFile");
        assertThat(ca.accountCount()).isZero();
    }

    @Test
    void aSecretThatOthersCanReadIsNotUsed() throws Exception {
        external("rw-r--r--");
        failsOnce("chmod o=");
    }

    @Test
    void aSecretIsNeverSaid() throws Exception {
        external("rw-------");
        var secret = "?not base64 at all?";
        Files.writeString(root.resolve("conf/eab"), secret);
        failsOnce("no MAC key");
        assertThat(log.list).noneMatch(event -> event.getFormattedMessage().contains("base64 at all"));
        assertThat(progress().toString()).doesNotContain("base64 at all");
    }

    private void external(String mode) throws Exception {
        ca.isExternalRequired = true;
        ca.macKey = "0123456789abcdef0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        var file = root.resolve("conf/eab");
        Files.writeString(file, Base64.getUrlEncoder().withoutPadding().encodeToString(ca.macKey) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        values.put("eabKeyId", "kid-1");
        values.put("eabKeyFile", "eab");
    }

    // --------------------------------------------------------------------------------------------------- others

    @Test
    void aFailureIsForgottenWhenWhatIsAskedForChanges() throws Exception {
        values.put("termsAgreed", false);
        renewer().pass();
        values.put("termsAgreed", true);
        renewer().pass();

        assertThat(file(HOST)).exists();
    }

    @Test
    void theContactOfAnAccountFollowsTheSettings() throws Exception {
        renewer().pass();
        values.put("contact", new String[] {"new@example.com"});
        renewer().renew(new Wanted(HOST, List.of(HOST)));

        assertThat(ca.contactsOfOnlyAccount()).containsExactly("mailto:new@example.com");
    }

    @Test
    void aStopEndsWhatIsUnderWayAndIsNoFailure() throws Exception {
        ca.processingPolls = 1_000_000;
        var sleeps = new java.util.concurrent.CountDownLatch(1);
        var renewer = new Renewer(
                Configs.settings(values),
                new Renewer.Folders(root.resolve("conf"), root.resolve("data/acme")),
                new Waits(time, _ -> {
                    sleeps.countDown();
                    new java.util.concurrent.CountDownLatch(1).await();
                }),
                new Random(7),
                () -> responders,
                _ -> {
                    var responder = new HttpResponder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                    ca.httpPort = responder.port();
                    return responder;
                });
        var ended = new java.util.concurrent.atomic.AtomicReference<Throwable>();
        var thread = Thread.ofVirtual().start(() -> {
            try {
                renewer.pass();
            } catch (InterruptedException e) {
                ended.set(e);
            }
        });
        sleeps.await();
        thread.interrupt();
        thread.join();

        assertThat(ended.get()).isInstanceOf(InterruptedException.class);
        assertThat(progress().failures()).isZero();
        assertThat(lines(Level.ERROR)).isEmpty();
    }

    @Test
    void noSettingsOfNoCertificateAskNobody() throws Exception {
        values.put("certificates", new String[0]);
        var next = renewer().pass();

        assertThat(next).isEqualTo(TestTime.START.plus(Duration.ofHours(6)));
        assertThat(ca.asked).isEmpty();
        assertThat(root.resolve("data")).doesNotExist();
    }
}
