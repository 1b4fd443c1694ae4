package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.SmtpDialog;
import org.tarishi.itests.harness.TestMail;

/** Each key of each shipped PID, wrong once in each way it can be: one clear line by its name, and the old settings stay in force. */
@Timeout(600)
class BadSettingsTest {

    /** Wrong in meaning, or out of a range that Metatype doesn't tell, by {@code PID:key}. */
    private static final Map<String, List<String>> MEANING = meaning();

    /** Texts of which each is good. */
    private static final List<String> ANY_VALUE_IS_GOOD = List.of();

    private static final List<String> NUMBERS = List.of("Integer", "Long", "Short", "Byte", "Double", "Float");

    @TempDir
    Path root;

    private record Wrong(String pid, String key, String value) {
        @Override
        public String toString() {
            return pid + ":" + key + " = " + value;
        }
    }

    @Test
    void eachIsRefusedByTheCommandAndNothingHasChanged() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).withConsole().start()) {
            var before = files(instance);
            var troubles = new ArrayList<String>();
            for (var wrong : wrongs()) {
                var result = instance.ask("config", "set", wrong.pid, wrong.key + "=" + wrong.value);
                var lines = result.out().lines().toList();
                if (result.code() != 1 || lines.size() != 1 || !lines.getFirst().startsWith(wrong.key + ": ")) {
                    troubles.add(wrong + ": code " + result.code() + ", " + lines);
                }
            }
            assertThat(troubles).isEmpty();
            assertThat(files(instance)).isEqualTo(before);
            serves(instance);
        }
    }

    @Test
    void eachIsRefusedFromItsFileWithOneLineAndTheOldSettingsStayInForce() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).withConsole().start()) {
            instance.configure(Instance.HOST_LIST, "domains=[ \"inline:localhost,example.com,kept.example\" ]");
            var before = files(instance);
            var troubles = new ArrayList<String>();
            // One of each PID at a time; each wrong text is another one, so that each is news.
            for (var round : rounds(wrongs())) {
                long since = instance.log().length();
                for (var wrong : round) {
                    var good = before.getOrDefault(wrong.pid + ".cfg", "");
                    SettingsTest.write(instance.conf(wrong.pid), with(good, wrong));
                }
                await(round.toString())
                        .atMost(Duration.ofSeconds(20))
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> round.stream()
                                .allMatch(wrong -> !instance.logged(since, " ERROR ", wrong.pid + ".cfg")
                                        .isEmpty()));
                for (var wrong : round) {
                    var lines = instance.logged(since, " ERROR ", "/" + wrong.pid + ".cfg");
                    if (lines.size() != 1
                            || !lines.getFirst().contains(" " + wrong.key + ": ")
                            || !lines.getFirst().contains("in force")) {
                        troubles.add(wrong + ": " + lines);
                    }
                }
                if (instance.logged(since, " ERROR ").size() != round.size()) {
                    troubles.add(round + ": " + instance.logged(since, " ERROR "));
                }
            }
            assertThat(troubles).isEmpty();
            serves(instance);
            assertThat(rcpt(instance, "kept.example")).startsWith("250 ");
        }
    }

    /** All of them at once, each PID with one wrong key: a start is the worst moment. */
    @Test
    void atAStartEachGetsOneLineAndTheLastGoodSettingsAreInForce() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).withConsole().start()) {
            instance.configure(Instance.HOST_LIST, "domains=[ \"inline:localhost,example.com,kept.example\" ]");
            assertThat(instance.stop()).isZero();
            instance.forgetSettings();
            var once = new TreeMap<String, Wrong>();
            wrongs().forEach(wrong -> once.putIfAbsent(wrong.pid, wrong));
            for (var wrong : once.values()) {
                var file = instance.conf(wrong.pid);
                Files.writeString(file, with(Files.exists(file) ? Files.readString(file) : "", wrong));
            }
            long since = instance.log().length();

            instance.start();

            for (var wrong : once.values()) {
                // Some start when mail is taken already.
                await(wrong.toString())
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> !instance.logged(since, " ERROR ", wrong.pid + ".cfg")
                                .isEmpty());
                assertThat(instance.logged(since, " ERROR ", wrong.pid + ".cfg"))
                        .as(wrong.toString())
                        .singleElement()
                        .asString()
                        .contains(wrong.key, "in force");
            }
            serves(instance);
            assertThat(rcpt(instance, "kept.example")).startsWith("250 ");
        }
    }

    @Test
    void whatTheFelixConsoleStoresWronglyIsPutBack() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).withConsole().start();
                var console = ConsoleSession.login(instance)) {
            var before = Files.readString(instance.conf(Instance.HOST_LIST));
            long since = instance.log().length();
            var values = new LinkedHashMap<String, List<String>>();
            values.put("domains", List.of("nonsense"));
            values.put("hostname", List.of("true"));
            values.put("antiSpoof", List.of("false"));
            console.configure(Instance.HOST_LIST, values);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !instance.logged(since, Instance.HOST_LIST, "domains")
                            .isEmpty());
            assertThat(instance.logged(since, Instance.HOST_LIST)).hasSize(1);
            assertThat(Files.readString(instance.conf(Instance.HOST_LIST))).isEqualTo(before);
            serves(instance);
        }
    }

    @Test
    void anUnknownKeyAndAnUnreadableLineAreToldByNameAndLine() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).start()) {
            var result = instance.cli("config", "set", Instance.MAILDIR, "rot=mail");
            assertThat(result.code()).isEqualTo(1);
            assertThat(result.out().lines()).singleElement().asString().startsWith("rot: ");

            long since = instance.log().length();
            var file = instance.conf(Instance.MAILDIR);
            int lines = (int) Files.readString(file).lines().count();
            SettingsTest.write(file, Files.readString(file) + "nonsense\n");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !instance.logged(since, " ERROR ").isEmpty());
            assertThat(instance.logged(since, " ERROR "))
                    .singleElement()
                    .asString()
                    .contains(file.getFileName() + ":" + (lines + 1) + ":");
            serves(instance);
        }
    }

    // ---------------------------------------------------------------------------------------------------- the table

    private static Map<String, List<String>> meaning() {
        var table = new TreeMap<String, List<String>>();
        table.put("org.tarishi.chain:plugins", List.of("[ \"a b\" ]", "[ \"x@nowhere\" ]", "[ \"x\", \"x\" ]"));
        table.put("org.tarishi.chain:trusted", List.of("[ \"a b\" ]"));
        table.put("org.tarishi.chain:limits", List.of("[ \"x\" ]", "[ \"x=soon\" ]", "[ \"x@nowhere=1s\" ]"));
        table.put("org.tarishi.chain:onFault", List.of("[ \"x=OK\" ]"));
        for (var key : List.of("swapWait", "drain", "breakerWindow", "breakerPause", "stuckAfter")) {
            table.put("org.tarishi.chain:" + key, List.of("soon", "-5s"));
        }

        var server = "org.tarishi.core.server:";
        table.put(server + "hostname", List.of("not a host"));
        table.put(server + "greeting", List.of("[ \"Grüße\" ]"));
        table.put(server + "helloText", List.of("Grüße"));
        table.put(server + "closeText", List.of("Grüße"));
        for (var key : List.of(
                "commandTimeout",
                "dataTimeout",
                "messageTimeout",
                "sessionTimeout",
                "drain",
                "outboundWait",
                "queueDelay")) {
            table.put(server + key, List.of("soon", "-PT1S", "P999D"));
        }
        table.put(server + "trustedNetworks", List.of("[ \"not.a.network\" ]", "[ \"192.0.2.1/24\" ]"));
        table.put(server + "greetingDelay", List.of("soon", "-PT1S", "PT2M"));
        table.put(server + "bareLineEnds", List.of("\"\"", "sometimes"));
        table.put(server + "maxLag", List.of("soon", "-PT1S", "PT2M"));
        table.put(server + "authMechanisms", List.of("[ \"P L\" ]", "[ \"PLAIN\", \"plain\" ]"));
        table.put(server + "authWithoutTls", List.of("[ \"not.a.network\" ]"));
        table.put(server + "authDelay", List.of("soon", "-PT1S", "PT2M"));
        table.put(server + "authMaxDelay", List.of("soon", "-PT1S", "PT6M"));
        table.put(server + "authWindow", List.of("soon", "PT0S", "P2D"));
        table.put(server + "senders", List.of("[ \"no table\" ]"));
        table.put(server + "sendersInFrom", List.of("true"));
        table.put(server + "submissionDomain", List.of("a_b"));
        var sasl = "org.tarishi.core.sasl:";
        table.put(sasl + "externalUsers", List.of("[ \"no table\" ]"));
        table.put(sasl + "oauthScope", List.of("mäil"));
        table.put(sasl + "openidConfiguration", List.of("http://id.example/"));
        var listener = Instance.LISTENER + ":";
        table.put(listener + "address", List.of("not.an.address"));
        table.put(listener + "path", List.of("not/absolute", "/" + "a".repeat(100)));
        table.put(listener + "permissions", List.of("rw-rw----", "0440", "01777"));
        table.put(listener + "proxyFrom", List.of("[ \"not.a.network\" ]", "[ \"2001:db8::/129\" ]"));
        table.put(listener + "proxyTimeout", List.of("soon", "PT0S", "PT1H"));
        table.put(listener + "tls", List.of("\"\"", "starttls"));
        table.put(listener + "clientCertificates", List.of("\"\"", "maybe"));
        table.put(listener + "tlsTimeout", List.of("soon", "PT0S", "PT1H"));
        table.put(listener + "withoutTls", List.of("[ \"not a name\" ]", "[ \"192.0.2.1/24\" ]"));
        table.put(listener + "greetingDelay", List.of("soon", "-PT1S", "PT2M"));
        for (var key : List.of("commandTimeout", "dataTimeout", "messageTimeout", "sessionTimeout")) {
            table.put(listener + key, List.of("soon", "PT0S", "P999D"));
        }

        table.put(Instance.HOST_LIST + ":domains", List.of("[ \"nonsense\" ]"));
        table.put(Instance.MAILDIR + ":root", List.of("\"\""));
        table.put(Instance.MAILDIR + ":path", List.of("{domain}", "../{user}", "{user}/{nobody}"));
        table.put(Instance.MAILDIR + ":subaddress", List.of("++", "a"));

        table.put(Instance.FORWARD + ":host", List.of("not a host"));
        table.put(Instance.FORWARD + ":connectTimeout", List.of("soon", "-PT1S", "PT11M"));
        table.put(Instance.FORWARD + ":heloName", List.of("not a host"));
        table.put(Instance.FORWARD + ":bindAddress", List.of("not.an.address"));
        table.put(Instance.FORWARD + ":certificate", List.of("not a name"));
        for (var pid : List.of(Instance.FORWARD, Instance.LMTP)) {
            table.put(pid + ":pool", List.of("[ \"not a host\" ]", "[ \"http://a.example\" ]", "[ \"a.example:0\" ]"));
            table.put(pid + ":order", List.of("random"));
            table.put(pid + ":deadTime", List.of("soon", "PT0S", "PT2H"));
            table.put(pid + ":routes", List.of("[ \"nonsense\" ]"));
            table.put(pid + ":user", List.of("me"));
            table.put(pid + ":passwordFile", List.of("next.password"));
        }
        table.put(Instance.FORWARD + ":routeBy", List.of("domain"));
        table.put(Instance.FORWARD + ":checkSender", List.of("true"));
        table.put(Instance.FORWARD + ":checkRecipient", List.of("true"));
        table.put(Instance.LMTP + ":host", List.of("not a host", "http://a.example"));
        var proxy = "org.tarishi.plugin.smtp-proxy";
        for (var key : List.of("pool", "order", "deadTime", "user", "passwordFile")) {
            table.put(proxy + ":" + key, table.get(Instance.LMTP + ":" + key));
        }
        table.put(proxy + ":host", List.of("not a host", "http://a.example", "lmtp://a.example"));
        table.put(proxy + ":connectTimeout", List.of("soon", "-PT1S", "PT11M"));
        table.put(proxy + ":heloName", List.of("not a host"));
        table.put(proxy + ":bindAddress", List.of("not.an.address"));
        table.put(proxy + ":certificate", List.of("not a name"));
        var webhook = "org.tarishi.plugin.outbound-webhook:";
        table.put(webhook + "url", List.of("http://hook.example", "ftp://hook.example", "not a URL"));
        table.put(webhook + "events", List.of("[ \"read\" ]"));
        table.put(webhook + "domains", List.of("[ \"nonsense\" ]"));
        for (var key : List.of("secretFile", "authorizationFile", "trustedCa")) {
            table.put(webhook + key, List.of("\"a\\u0000b\""));
        }
        table.put(webhook + "batchSize", List.of("0", "1001"));
        table.put(webhook + "batchWait", List.of("soon", "-PT1S", "PT2M"));
        table.put(webhook + "timeout", List.of("soon", "PT0S", "PT6M"));
        table.put(webhook + "retry", List.of("soon", "PT0S", "PT2H"));
        table.put(webhook + "longestRetry", List.of("soon", "PT0S", "P2D"));
        table.put(webhook + "spoolBytes", List.of("1048575", "10737418241"));
        table.put(Instance.LMTP + ":deliver", List.of("later"));
        table.put(Instance.LMTP + ":connectTimeout", List.of("soon", "-PT1S", "PT11M"));
        table.put(Instance.LMTP + ":heloName", List.of("not a host"));
        table.put(Instance.LMTP + ":bindAddress", List.of("not.an.address"));
        table.put(Instance.LMTP + ":certificate", List.of("not a name"));

        table.put("org.tarishi.plugin.xclient:xclient", List.of("[ \"front.example\" ]", "[ \"192.0.2.1/24\" ]"));
        table.put("org.tarishi.plugin.xclient:xforward", List.of("[ \"300.1.1.1\" ]", "[ \"::/129\" ]"));
        var users = Instance.USERS + ":";
        table.put(users + "file", List.of("\"\"", "users/", "org.tarishi.chain.cfg"));
        table.put(users + "hash", List.of("md5", "argon2id:m=7", "argon2id:m=1048576", "bcrypt:cost=20"));
        table.put(users + "scram", List.of("[ \"SCRAM-SHA-512\" ]", "[ \"SCRAM-SHA-1\", \"SCRAM-SHA-1\" ]"));
        table.put(users + "hashWait", List.of("soon", "PT0S", "PT26S"));
        table.put(users + "checkEvery", List.of("soon", "PT0S", "PT2H"));
        var relay = Instance.RELAY + ":";
        table.put(
                relay + "acl",
                List.of("[ \"mx.example\" ]", "[ \"192.0.2.1/24\" ]", "[ \"0.0.0.0/0\" ]", "[ \"::/0\" ]"));
        for (var key : List.of("aclTables", "destinations", "routes")) {
            table.put(relay + key, List.of("[ \"nonsense\" ]"));
        }
        table.put(relay + "all", List.of("true"));
        table.put(relay + "allListeners", List.of("[ \"*\" ]"));
        table.put("org.tarishi.core.services:backendWait", List.of("soon", "-PT1S", "PT2M"));
        table.put("org.tarishi.core.services:drainWait", List.of("soon", "-PT1S", "PT12M"));
        table.put("org.tarishi.core.tables:checkEvery", List.of("soon", "PT0S", "PT2H"));
        table.put("org.tarishi.core.tables:maxFileBytes", List.of("0", "1073741825"));
        table.put("org.tarishi.core.tables:maxPatterns", List.of("0", "100001"));
        table.put("org.tarishi.core.tables:regexSteps", List.of("999", "100000001"));

        var tls = "org.tarishi.core.tls:";
        table.put(tls + "folder", List.of("\"\""));
        table.put(tls + "files", List.of("[ \"absent.pem\" ]"));
        table.put(tls + "protocols", List.of("[ \"TLSv1.1\" ]", "[ ]"));
        table.put(tls + "ciphers", List.of("[ \"TLS_RSA_WITH_NULL_SHA\" ]", "[ \"TLS_AES_128_GCM_SHA256\" ]"));
        table.put(tls + "groups", List.of("[ \"secp192r1\" ]"));
        table.put(tls + "clientProtocols", List.of("[ \"TLSv1.1\" ]"));
        table.put(tls + "clientCiphers", List.of("[ \"TLS_RSA_WITH_NULL_SHA\" ]", "[ \"TLS_AES_128_GCM_SHA256\" ]"));
        table.put(tls + "clientAuthorities", List.of("[ \"absent.pem\" ]"));
        table.put(tls + "clientRevocationLists", List.of("[ \"absent.crl\" ]"));
        table.put(tls + "serverAuthorities", List.of("[ \"absent.pem\" ]"));
        table.put(tls + "sessionLife", List.of("soon", "PT0S", "P8D"));
        table.put(tls + "checkEvery", List.of("soon", "PT0S", "PT2H"));
        table.put(tls + "warnBeforeExpiry", List.of("soon", "-PT1S", "P366D"));

        var client = "org.tarishi.core.client:";
        table.put(client + "heloName", List.of("not a host"));
        for (var key : List.of(
                "greetingTimeout",
                "heloTimeout",
                "tlsTimeout",
                "brokenTlsTime",
                "mailTimeout",
                "rcptTimeout",
                "dataTimeout",
                "blockTimeout",
                "finalDotTimeout",
                "transactionTimeout",
                "idleTime")) {
            table.put(client + key, List.of("soon", "-PT1S"));
        }
        table.put(client + "maxConnections", List.of("0", "10001"));
        table.put(client + "maxIdlePerRoute", List.of("-1", "10001"));
        table.put(client + "maxMessagesPerConnection", List.of("0"));
        table.put(client + "maxReplyLine", List.of("511", "65537"));
        table.put(client + "maxReplyLines", List.of("9", "101"));
        table.put(client + "maxReplyBytes", List.of("511", "1048577"));

        var scheduler = "org.tarishi.core.scheduler:";
        table.put(scheduler + "maxAttempts", List.of("0", "100001"));
        table.put(scheduler + "reserve", List.of("-1", "91"));
        table.put(scheduler + "retrySchedule", List.of("soon", "4s", "1m*0", "\"\""));
        table.put(scheduler + "jitter", List.of("-1", "51"));
        for (var key : List.of("expiry", "rest", "longestRest")) {
            table.put(scheduler + key, List.of("soon", "PT0S", "P999D"));
        }
        for (var key : List.of("delayNotice", "keepDoubleBounces", "longestHold", "drain")) {
            table.put(scheduler + key, List.of("soon", "-PT1S", "P999D"));
        }
        table.put(scheduler + "received", List.of("(in brackets)", "\"\"", "Grüße"));
        table.put(scheduler + "hostname", List.of("not a host"));
        table.put(scheduler + "maxHops", List.of("9", "1001"));
        table.put(
                scheduler + "limits",
                List.of(
                        "[ \"domain *\" ]",
                        "[ \"planet * concurrency=1\" ]",
                        "[ \"domain a*b* concurrency=1\" ]",
                        "[ \"address mx.example concurrency=1\" ]",
                        "[ \"domain * rate=many\" ]"));
        table.put(scheduler + "slowStart", List.of("0", "1001"));
        table.put(scheduler + "restAfter", List.of("0", "1001"));
        table.put(scheduler + "events", List.of("../events"));
        table.put(scheduler + "eventBytes", List.of("65535", "10737418241"));
        table.put(scheduler + "eventFiles", List.of("0", "1001"));

        var delivery = "org.tarishi.core.delivery:";
        table.put(delivery + "smartHost", List.of("http://mx.example", "smtp://a@mx.example", "not a host"));
        table.put(
                delivery + "routes",
                List.of("[ \"a.example\" ]", "[ \"a b = mx.example\" ]", "[ \"a.example = http://x\" ]"));
        table.put(delivery + "smartHostUser", List.of("me"));
        table.put(delivery + "smartHostPasswordFile", List.of("smart.password"));
        table.put(delivery + "pools", List.of("[ \"bulk\" ]", "[ \"bulk = localhost\" ]"));
        table.put(delivery + "port", List.of("0", "65536"));
        table.put(delivery + "addressPreference", List.of("ipv5"));
        table.put(delivery + "maxAddresses", List.of("0", "101"));
        table.put(delivery + "ownNames", List.of("[ \"not a host\" ]"));
        table.put(delivery + "ownAddresses", List.of("[ \"everywhere\" ]"));
        table.put(delivery + "tls", List.of("maybe"));
        table.put(delivery + "tlsPolicies", List.of("[ \"a.example\" ]", "[ \"a.example = maybe\" ]"));
        table.put(delivery + "mtaStsPort", List.of("0", "65536"));
        table.put(delivery + "mtaStsAuthorities", List.of("\"a\\u0000b\""));
        table.put(delivery + "connectTimeout", List.of("soon", "PT0S", "PT11M"));

        var dsn = "org.tarishi.core.dsn:";
        table.put(dsn + "host", List.of("not a host"));
        table.put(dsn + "from", List.of("two words@", "\"\"", "möwe"));
        table.put(dsn + "fromName", List.of("a".repeat(101)));
        table.put(dsn + "maxReturnedBytes", List.of("-1", "1073741825"));
        table.put(dsn + "maxReturnedHeaderBytes", List.of("1023", "1048577"));
        table.put(dsn + "maxReplyChars", List.of("99", "10001"));
        table.put(dsn + "maxListedRecipients", List.of("0", "10001"));
        table.put(dsn + "templates", List.of("\"\"", "../dsn"));
        table.put(dsn + "image", List.of("logo.svg", "below/logo.png"));
        table.put(dsn + "checkEvery", List.of("soon", "PT0S", "PT2H"));
        table.put("org.tarishi.core.dsn.classes:rules", List.of("\"\"", "../rules"));
        table.put("org.tarishi.core.dsn.classes:checkEvery", List.of("soon", "PT0S", "PT2H"));

        var tlsrpt = "org.tarishi.core.tlsrpt:";
        for (var key : List.of("contact", "from")) {
            table.put(tlsrpt + key, List.of("nobody", "möwe@example.com", "me@[192.0.2.1]"));
        }
        table.put(tlsrpt + "organization", List.of("a".repeat(101)));
        table.put(tlsrpt + "trustedCa", List.of("\"a\\u0000b\""));

        var message = "org.tarishi.core.message:";
        table.put(message + "bodyMemory", List.of("-1"));
        table.put(message + "totalMemory", List.of("-1"));
        table.put(message + "folder", List.of("not/absolute"));
        table.put(message + "maxParts", List.of("0"));
        table.put(message + "maxDepth", List.of("0"));
        table.put(message + "maxPartHeaderBytes", List.of("-1"));

        var queue = "org.tarishi.core.queue:";
        table.put(queue + "folder", List.of("\"\""));
        table.put(queue + "segmentBytes", List.of("1048575", "1073741825"));
        table.put(queue + "bodyBytes", List.of("-1", "1048577"));
        table.put(queue + "freeBytes", List.of("-1"));
        table.put(queue + "maxMails", List.of("0", "100000001"));
        table.put(queue + "maxBytes", List.of("-1"));
        table.put(queue + "cleanBytesPerSecond", List.of("65535", "1073741825"));

        table.put("org.tarishi.core.config:poll", List.of("soon", "PT0S", "PT2M"));

        table.put(
                "org.tarishi.core.deploy:trustedSigners",
                List.of("[ \"absent.pem\" ]", "[ \"\" ]", "[ \"org.tarishi.chain.cfg\" ]"));

        var admin = "org.tarishi.core.admin:";
        table.put(admin + "hosts", List.of("[ \"a:80\" ]"));
        table.put(admin + "session.idle", List.of("soon", "PT1S", "PT25H"));
        table.put(admin + "session.life", List.of("soon", "PT1S", "P8D"));
        table.put(admin + "sessions", List.of("0", "10001"));
        table.put(admin + "login.failures", List.of("0", "101"));
        table.put(admin + "login.delay", List.of("soon", "PT0S", "PT25H"));

        var dns = "org.tarishi.core.dns:";
        table.put(dns + "servers", List.of("[ \"ns.example\" ]", "[ \"192.0.2.1:0\" ]"));
        table.put(dns + "timeout", List.of("soon", "PT0.05S", "PT2M"));
        table.put(dns + "tryTimeout", List.of("soon", "PT0S", "PT31S"));
        table.put(dns + "tries", List.of("0", "11"));
        table.put(dns + "maxQueries", List.of("0", "10001"));
        table.put(dns + "cacheBytes", List.of("-1", "1073741825"));
        table.put(dns + "maxTtl", List.of("soon", "-PT1S", "P8D"));
        table.put(dns + "maxNegativeTtl", List.of("soon", "-PT1S", "P2D"));
        table.put(dns + "maxAliases", List.of("-1", "33"));

        var acme = "org.tarishi.plugin.acme:";
        table.put(
                acme + "certificates",
                List.of("[ \"localhost\" ]", "[ \"*.example.com\" ]", "[ \"a.example\", \"a.example\" ]"));
        table.put(acme + "directory", List.of("http://ca.example/directory", "ca.example"));
        table.put(acme + "trustedCa", List.of("\"a\\u0000b\""));
        table.put(acme + "contact", List.of("[ \"nobody\" ]"));
        table.put(acme + "eabKeyId", List.of("id-without-a-file"));
        table.put(acme + "eabKeyFile", List.of("file-without-an-id"));
        table.put(acme + "preferredChain", List.of("x".repeat(201)));
        table.put(acme + "profile", List.of("a b"));
        table.put(acme + "httpAddress", List.of("localhost"));
        table.put(acme + "httpPort", List.of("0", "65536"));
        table.put(acme + "dnsServer", List.of("192.0.2.1:0", "a b"));
        table.put(acme + "dnsKeyFile", List.of("\"a\\u0000b\""));
        table.put(acme + "dnsZone", List.of("a b"));
        table.put(acme + "dnsWait", List.of("soon", "-PT1S", "PT2H"));
        table.put(acme + "checkEvery", List.of("soon", "PT59M", "P2D"));
        table.put(acme + "orderTimeout", List.of("soon", "PT29S", "PT2H"));

        // The launcher's own, which have no Metatype.
        var boot = "org.tarishi.core.boot:";
        table.put(boot + "stop.timeout", List.of("soon", "0", "3601"));
        table.put(boot + "http.host", List.of("not an address"));
        table.put(boot + "http.port", List.of("http", "-1", "65536"));
        var logging = "org.tarishi.logging:";
        table.put(logging + "level", List.of("LOUD"));
        table.put(logging + "level.org.tarishi", List.of("LOUD"));
        table.put(logging + "file.size", List.of("much", "1KB"));
        table.put(logging + "file.days", List.of("some", "0", "3651"));
        table.put(logging + "file.total", List.of("much", "1KB"));
        return table;
    }

    private static List<Wrong> wrongs() throws IOException {
        var wrongs = new ArrayList<Wrong>();
        var forgotten = new TreeSet<String>();
        var known = new HashSet<String>();
        for (var key : ShippedSettings.keys()) {
            var name = key.name();
            known.add(name);
            var values = new ArrayList<>(MEANING.getOrDefault(name, List.of()));
            values.addAll(typeAndRange(key));
            if (values.isEmpty() && !ANY_VALUE_IS_GOOD.contains(name)) {
                forgotten.add(name);
            }
            values.forEach(value -> wrongs.add(new Wrong(key.pid(), key.key(), value)));
        }
        assertThat(forgotten).as("keys that this test has no wrong value for").isEmpty();
        MEANING.forEach((name, values) -> {
            if (!known.contains(name)) {
                int colon = name.indexOf(':');
                var pid = name.substring(0, colon);
                assertThat(pid)
                        .as("a key that no bundle declares: " + name)
                        .isIn("org.tarishi.core.boot", "org.tarishi.logging");
                values.forEach(value -> wrongs.add(new Wrong(pid, name.substring(colon + 1), value)));
            }
        });
        return wrongs;
    }

    /** Takes one of each PID, then another one of each, as long as there are some. */
    private static List<List<Wrong>> rounds(List<Wrong> wrongs) {
        var rounds = new ArrayList<List<Wrong>>();
        var taken = new TreeMap<String, Integer>();
        for (var wrong : wrongs) {
            int round = taken.merge(wrong.pid, 1, Integer::sum) - 1;
            if (round == rounds.size()) {
                rounds.add(new ArrayList<>());
            }
            rounds.get(round).add(wrong);
        }
        return rounds;
    }

    private static List<String> typeAndRange(ShippedSettings.Key key) {
        var values = new ArrayList<String>();
        if (NUMBERS.contains(key.type())) {
            values.add("many");
            if (!key.min().isEmpty()) {
                values.add(Long.toString(Long.parseLong(key.min()) - 1));
            }
            if (!key.max().isEmpty()) {
                values.add(Long.toString(Long.parseLong(key.max()) + 1));
            }
        } else if (key.type().equals("Boolean")) {
            values.add("maybe");
        } else if (!key.options().isEmpty()) {
            values.add("none-of-them");
        }
        return values;
    }

    // ------------------------------------------------------------------------------------------------------- helpers

    /** The text of a file with one key replaced or added. */
    private static String with(String text, Wrong wrong) {
        var lines = new ArrayList<>(text.lines()
                .filter(line -> !line.strip().matches(java.util.regex.Pattern.quote(wrong.key) + "\\s*=.*"))
                .toList());
        lines.add(wrong.key + " = " + wrong.value);
        return String.join("\n", lines) + "\n";
    }

    private static Map<String, String> files(Instance instance) throws IOException {
        var texts = new TreeMap<String, String>();
        try (var files = Files.newDirectoryStream(instance.base().resolve("conf"), "*.cfg")) {
            for (var file : files) {
                texts.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return texts;
    }

    private static void serves(Instance instance) throws IOException, InterruptedException {
        assertThat(instance.cli("status").code()).isZero();
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            assertThat(dialog.transact(
                            "me@client.example",
                            "user@example.com",
                            TestMail.of("serves", 10).bytes()))
                    .startsWith("250 ");
        }
    }

    private static String rcpt(Instance instance, String domain) throws IOException {
        try (var dialog = SmtpDialog.hello(instance.smtpPort())) {
            dialog.send("MAIL FROM:<me@client.example>").expect("250");
            return dialog.send("RCPT TO:<user@" + domain + ">").reply();
        }
    }
}
