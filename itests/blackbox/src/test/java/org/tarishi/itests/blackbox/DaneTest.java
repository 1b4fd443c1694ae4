package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.itests.harness.Ports;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** DANE (RFC 7672) between this server and Postfix, by zones that NSD serves and Unbound validates. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DaneTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Where Postfix speaks TLS, and where it doesn't; at one port. */
    private static final String SECURED = "127.0.0.1";

    private static final String BARE = "127.0.0.3";

    /** Where its certificate has expired, has another name, is its own authority. */
    private static final String EXPIRED = "127.0.0.4";

    private static final String STRANGER = "127.0.0.5";
    private static final String ALONE = "127.0.0.6";

    private static final String FALSE_DIGEST = "0123456789abcdef".repeat(4);
    private static final String MARK = "fedcba9876543210".repeat(4);

    private final int port = Ports.free();
    private final List<String> domains = new ArrayList<>();
    private final Map<String, Path> chains = new LinkedHashMap<>();
    private final StringBuilder records = new StringBuilder();
    private Path folder;
    private SignedZones zones;
    private Debian.Server postfix;
    private Instance sender;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        folder = Files.createTempDirectory("da");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(
                Files.createDirectory(folder.resolve("box")), PosixFilePermissions.fromString("rwxrwxrwx"));
        var debian = new Debian(root.resolve("accounts"));
        var authority = new TestAuthority(folder.resolve("ca"));
        var made = authority.make("*.signed.example", "ec");
        var chain = folder.resolve("chain.pem");
        join(chain, made.resolve("key.pem"), made.resolve("cert.pem"), authority.certificate());
        chains.put(SECURED, chain);
        makeOthers(authority);
        zones = new SignedZones(folder.resolve("zones"), debian);
        makeZones(digest(made.resolve("cert.pem")), digest(authority.certificate()));
        zones.start();
        startPostfix(debian);
        sender = Instance.in(root.resolve("sender"))
                .set(Instance.RELAY, "acl", "[ \"127.0.0.1\" ]")
                .set("org.tarishi.core.dns", "servers", "[ \"" + zones.resolver() + "\" ]")
                .set("org.tarishi.core.delivery", "port", Integer.toString(port))
                .set("org.tarishi.core.delivery", "localMx", "true")
                .set("org.tarishi.core.delivery", "mtaSts", "false")
                .set(
                        "org.tarishi.core.delivery",
                        "routes",
                        "[ \"route.signed.example = mx-ee.signed.example:%d\", \"badroute.signed.example = mx-wrong.signed.example:%d\" ]"
                                .formatted(port, port))
                .set("org.tarishi.core.tls", "serverAuthorities", "[ \"" + authority.certificate() + "\" ]")
                .set("org.tarishi.core.delivery", "tlsPolicies", policies())
                .set("org.tarishi.core.tlsrpt", "contact", "tls@client.example")
                // As soon as it may be, so that the end of a mail is seen too.
                .set("org.tarishi.core.scheduler", "retrySchedule", "5s")
                .set("org.tarishi.core.scheduler", "restAfter", "1000")
                .start();
    }

    @AfterAll
    void stop() throws IOException {
        if (sender != null) {
            sender.close();
        }
        if (postfix != null) {
            postfix.close();
        }
        if (zones != null) {
            zones.close();
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** Writes one file of several; Postfix wants the key first. */
    private static void join(Path to, Path... parts) throws IOException {
        var all = new StringBuilder();
        for (var part : parts) {
            all.append(Files.readString(part));
        }
        Files.writeString(to, all);
    }

    /** Certificates that have something wrong with them. */
    private void makeOthers(TestAuthority authority) throws Exception {
        var expired = authority.make("*.signed.example", "ec", -1);
        var stranger = authority.make("mx.elsewhere.example", "ec");
        var alone = Files.createDirectory(folder.resolve("alone"));
        TestAuthority.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", alone.resolve("key.pem"));
        TestAuthority.openssl(
                "req",
                "-x509",
                "-new",
                "-key",
                alone.resolve("key.pem"),
                "-days",
                "30",
                "-subj",
                "/CN=alone",
                "-addext",
                "subjectAltName=DNS:*.signed.example",
                "-out",
                alone.resolve("cert.pem"));
        for (var each : new Path[] {expired, stranger}) {
            join(each.resolve("chain.pem"), each.resolve("key.pem"), each.resolve("cert.pem"), authority.certificate());
        }
        join(alone.resolve("chain.pem"), alone.resolve("key.pem"), alone.resolve("cert.pem"));
        chains.put(EXPIRED, expired.resolve("chain.pem"));
        chains.put(STRANGER, stranger.resolve("chain.pem"));
        chains.put(ALONE, alone.resolve("chain.pem"));
        var folders = Map.of(
                "expired " + EXPIRED, expired,
                "stranger " + STRANGER, stranger,
                "alone " + ALONE, alone);
        for (var other : folders.entrySet()) {
            var words = other.getKey().split(" ", 2);
            host(words[0] + "-ee", words[1], "3 1 1 " + digest(other.getValue().resolve("cert.pem")));
            host(words[0] + "-ta", words[1], "2 1 1 " + digest(authority.certificate()));
            host(words[0] + "-verify", words[1]);
            host(words[0] + "-require", words[1]);
            host(words[0] + "-any", words[1]);
        }
        host("good-verify", SECURED);
    }

    /** The SHA-256 of a certificate's public key: selector 1, matching type 1. */
    private static String digest(Path pem) throws Exception {
        var certificate = CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(pem)));
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(certificate.getPublicKey().getEncoded()));
    }

    /** A domain of the signed zone with a mail exchanger of its own, and TLSA records of that. */
    private void host(String name, String address, String... tlsa) {
        records.append("%s MX 10 mx-%s\nmx-%s A %s\n".formatted(name, name, name, address));
        domains.add(name + ".signed.example");
        for (var record : tlsa) {
            records.append("_%d._tcp.mx-%s TLSA %s\n".formatted(port, name, record));
        }
    }

    private void makeZones(String own, String authority) throws Exception {
        var good = "3 1 1 " + own;
        host("ee", SECURED, good);
        host("ta", SECURED, "2 1 1 " + authority);
        host("one-of-two", SECURED, "3 1 1 " + FALSE_DIGEST, good);
        host("none", SECURED);
        host("wrong", SECURED, "3 1 1 " + FALSE_DIGEST);
        host("wrong-ta", SECURED, "2 1 1 " + FALSE_DIGEST);
        host("bare", BARE, good);
        host("unusable", SECURED, "0 0 1 " + FALSE_DIGEST);
        host("unusable-bare", BARE, "1 1 1 " + FALSE_DIGEST);
        host("forged-tlsa", SECURED, "3 1 1 " + MARK);
        host("forged-address", "127.0.0.77");
        // The TLSA record is an alias (RFC 7672 section 2.2.3).
        host("shared", SECURED);
        records.append("_%d._tcp.mx-shared CNAME keys\nkeys TLSA %s\n".formatted(port, good));
        // The host is an alias: of a name with records, of one without, of one in a zone that is not signed.
        records.append("""
                alias MX 10 mx-alias
                mx-alias CNAME mx-ee
                alias-own MX 10 mx-alias-own
                mx-alias-own CNAME mx-none
                _%d._tcp.mx-alias-own TLSA %s
                alias-out MX 10 mx-alias-out
                mx-alias-out CNAME mx.plain.example.
                _%d._tcp.mx-alias-out TLSA %s
                alias-out-wrong MX 10 mx-alias-out-wrong
                mx-alias-out-wrong CNAME mx.plain.example.
                _%d._tcp.mx-alias-out-wrong TLSA 3 1 1 %s
                out MX 10 mx.plain.example.
                forged-mx MX 10 mx-elsewhere
                mx-true A %s
                """.formatted(port, good, port, good, port, FALSE_DIGEST, SECURED));
        for (var name : new String[] {"alias", "alias-own", "alias-out", "alias-out-wrong", "out", "forged-mx"}) {
            domains.add(name + ".signed.example");
        }
        domains.addAll(List.of("route.signed.example", "badroute.signed.example"));
        zones.signed(
                "signed.example",
                records.toString(),
                text -> text.replace(MARK, own).replace("127.0.0.77", SECURED).replace("mx-elsewhere", "mx-true"));
        zones.signed(
                "expired.example",
                "@ MX 10 mx\nmx A %s\n_%d._tcp.mx TLSA %s\n".formatted(SECURED, port, good),
                text -> text,
                "-i",
                "20200101",
                "-e",
                "20200201");
        domains.add("expired.example");
        // Records of a zone that nobody vouches for say nothing, whatever they say.
        zones.plain("plain.example", """
                @ MX 10 mx
                mx A %s
                _%d._tcp.mx TLSA 3 1 1 %s
                bare MX 10 mx-bare
                mx-bare A %s
                _%d._tcp.mx-bare TLSA 3 1 1 %s
                """.formatted(SECURED, port, FALSE_DIGEST, BARE, port, FALSE_DIGEST));
        domains.addAll(List.of("plain.example", "bare.plain.example"));
    }

    private void startPostfix(Debian debian) throws IOException {
        var conf = Files.createDirectory(folder.resolve("postfix"));
        var services = new StringBuilder();
        chains.forEach((address, chain) -> services.append(
                "%s:%d inet n - n - - smtpd -o smtpd_tls_chain_files=%s\n".formatted(address, port, chain)));
        Files.writeString(
                conf.resolve("master.cf"), """
                %s:%d inet n - n - - smtpd -o smtpd_tls_security_level=none
                virtual unix - n n - - virtual
                tlsmgr unix - - n 1000? 1 tlsmgr
                """.formatted(BARE, port) + services + MailServers.POSTFIX_SERVICES);
        Files.writeString(conf.resolve("main.cf"), """
                compatibility_level = 3.6
                queue_directory = /var/spool/postfix
                data_directory = /var/spool/postfix/data
                meta_directory = %s
                maillog_file = /dev/stdout
                myhostname = peer.example
                mydestination =
                local_recipient_maps =
                alias_maps =
                inet_interfaces = all
                inet_protocols = ipv4
                virtual_mailbox_domains = %s
                virtual_mailbox_maps = static:box/
                virtual_mailbox_base = %s
                virtual_uid_maps = static:65534
                virtual_gid_maps = static:65534
                smtpd_tls_security_level = may
                smtpd_tls_received_header = yes
                """.formatted(
                        Setup.tool("root").resolve("etc/postfix"), String.join(", ", domains), folder));
        postfix = debian.start(
                folder.resolve("postfix.out"),
                "sh",
                "-c",
                "mkdir -m 755 /var/spool/postfix && exec postfix -c \"$1\" start-fg",
                "sh",
                conf.toString());
        MailServers.awaitGreeting(port, postfix);
    }

    private static String policies() {
        var lines = new ArrayList<String>();
        for (var name : new String[] {"good", "expired", "stranger", "alone"}) {
            lines.add("\"" + name + "-verify.signed.example = verify\"");
            lines.add("\"" + name + "-require.signed.example = require\"");
        }
        return "[ " + String.join(", ", lines) + " ]";
    }

    private void send(String domain) throws IOException {
        try (var dialog = SmtpDialog.hello(sender.smtpPort())) {
            var reply = dialog.transact(
                    "sender@plain.example",
                    "user@" + domain,
                    TestMail.of("to-" + domain, 500).bytes());
            assertThat(reply).startsWith("250 ");
        }
    }

    private void untilLogged(String... texts) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(() -> assertThat(sender.logged(0, texts))
                        .as(() -> String.join(" ", texts) + "\n" + sender.log() + zones.said() + postfix.said())
                        .isNotEmpty());
    }

    /** The mail for a domain, as Postfix has stored it. */
    private List<String> stored(String domain) throws IOException {
        var mails = new ArrayList<String>();
        for (var file : new Maildir(folder.resolve("box")).messages()) {
            var text = Files.readString(file);
            if (text.contains("Delivered-To: user@" + domain)) {
                mails.add(text);
            }
        }
        return mails;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ee.signed.example",
                "ta.signed.example",
                "one-of-two.signed.example",
                "shared.signed.example",
                "alias.signed.example",
                "alias-own.signed.example",
                "alias-out.signed.example",
                "route.signed.example"
            })
    void aHostIsVerifiedByRecordsThatAreSigned(String domain) throws Exception {
        send(domain);

        untilLogged("delivered to=<user@" + domain + ">", "tls=\"verified (dane) TLSv1.3");
        await().atMost(PATIENCE).until(() -> !stored(domain).isEmpty());
        assertThat(stored(domain)).singleElement().asString().contains(" with ESMTPS ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wrong.signed.example",
                "wrong-ta.signed.example",
                "alias-out-wrong.signed.example",
                "badroute.signed.example"
            })
    void aHostThatIsNotTheOneOfItsRecordsGetsNoMailAndTheSenderHearsOfItAtLast(String domain) throws Exception {
        send(domain);

        untilLogged("deferred to=<user@" + domain + ">", "451 4.7.5", "tls=\"verified (dane)");
        untilToldOf(domain, "5.7.5");
        assertThat(stored(domain)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "bare.signed.example, verified (dane)",
        "unusable-bare.signed.example, required (dane-unusable)",
    })
    void aHostWithRecordsThatOffersNoTlsGetsNoMailInTheClear(String domain, String tls) throws Exception {
        send(domain);

        untilLogged("deferred to=<user@" + domain + ">", "451 4.7.4", "tls=\"" + tls);
        untilToldOf(domain, "5.7.4");
        assertThat(stored(domain)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "forged-tlsa.signed.example, 451 4.7.5",
        "forged-address.signed.example, 451 4.4.3",
        "forged-mx.signed.example, 451 4.4.3",
        "expired.example, 451 4.4.3",
    })
    void whatIsForgedOrNoLongerSignedIsNotKnownNow(String domain, String reply) throws Exception {
        send(domain);

        untilLogged("deferred to=<user@" + domain + ">", reply);
        untilToldOf(domain, reply.contains("4.7.") ? "5.7.5" : "4.4.7");
        assertThat(stored(domain)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "unusable.signed.example, required (dane-unusable) TLSv1.3",
        "none.signed.example, opportunistic (default) TLSv1.3",
        "out.signed.example, opportunistic (default) TLSv1.3",
        "plain.example, opportunistic (default) TLSv1.3",
        "bare.plain.example, opportunistic (default) without: STARTTLS is not offered",
    })
    void whatIsNotSignedOrOfNoUseVerifiesNobody(String domain, String tls) throws Exception {
        send(domain);

        untilLogged("delivered to=<user@" + domain + ">", "tls=\"" + tls);
        await().atMost(PATIENCE).until(() -> !stored(domain).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "good-verify, verified (table) TLSv1.3",
        "expired-any, opportunistic (default) TLSv1.3",
        "expired-require, required (table) TLSv1.3",
        "expired-ee, verified (dane) TLSv1.3",
        "stranger-any, opportunistic (default) TLSv1.3",
        "stranger-require, required (table) TLSv1.3",
        "stranger-ee, verified (dane) TLSv1.3",
        "alone-any, opportunistic (default) TLSv1.3",
        "alone-require, required (table) TLSv1.3",
        "alone-ee, verified (dane) TLSv1.3",
    })
    void aCertificateThatNobodyVouchesForIsGoodEnoughWhereNobodyIsAskedOrItsKeyIsPublished(String name, String tls)
            throws Exception {
        var domain = name + ".signed.example";
        send(domain);

        untilLogged("delivered to=<user@" + domain + ">", "tls=\"" + tls);
        await().atMost(PATIENCE).until(() -> !stored(domain).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "expired-verify, it has expired",
        "expired-ta, no TLSA record matches it",
        "stranger-verify, it does not hold the name",
        "stranger-ta, no TLSA record matches it",
        "alone-verify, no authority that is trusted here has signed it",
        "alone-ta, no TLSA record matches it",
    })
    void aCertificateIsNotWhereAuthoritiesAreAsked(String name, String why) throws Exception {
        var domain = name + ".signed.example";
        send(domain);

        untilLogged("deferred to=<user@" + domain + ">", "451 4.7.5", why);
        untilToldOf(domain, "5.7.5");
        assertThat(stored(domain)).isEmpty();
    }

    /** They are written once a minute. */
    @Test
    void whatBecameOfTlsIsCountedForReports() throws Exception {
        send("ee.signed.example");
        send("wrong.signed.example");

        var results = sender.base().resolve("data/tlsrpt");
        await().atMost(Duration.ofSeconds(120))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> Files.exists(results));
        await().atMost(Duration.ofSeconds(120))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> {
                    var counted = new StringBuilder();
                    try (var files = Files.list(results)) {
                        for (var file : files.filter(each -> each.toString().endsWith(".results"))
                                .toList()) {
                            counted.append(Files.readString(file));
                        }
                    }
                    assertThat(counted.toString())
                            .contains("policy\tee.signed.example\tTLSA\tmx-ee.signed.example\t")
                            .contains("problem\tVALIDATION_FAILURE\tmx-wrong.signed.example\t127.0.0.1\t");
                });
    }

    /** Waits for the notification that says with which status a recipient has failed. */
    private void untilToldOf(String domain, String status) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).untilAsserted(() -> {
            var told = new ArrayList<String>();
            for (var file : new Maildir(folder.resolve("box")).messages()) {
                var text = Files.readString(file);
                if (text.contains("Final-Recipient: rfc822;user@" + domain)
                        || text.contains("Final-Recipient: rfc822; user@" + domain)) {
                    told.add(text);
                }
            }
            assertThat(told).as(() -> sender.log()).singleElement().asString().contains("Status: " + status);
        });
    }
}
