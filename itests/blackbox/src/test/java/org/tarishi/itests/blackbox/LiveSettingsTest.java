package org.tarishi.itests.blackbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.itests.harness.Churn;

/** Each key of each shipped PID gets another good value, and its old one again, while mail flows: no session and no message notices. */
@Timeout(600)
class LiveSettingsTest {

    private static final int CLIENTS = 4;
    private static final List<String> NUMBERS = List.of("Integer", "Long");

    /** Keys of a listener that say where it is and for whom. */
    private static final List<String> PLACE = List.of("address", "port", "mode", "path", "auth");

    /** Where nobody listens. */
    private static final String NOBODY = "127.0.0.1:1";

    @TempDir
    Path root;

    /** Another value of a key, with what it wants to have beside it. */
    private record Change(String pid, String name, List<String> assignments) {
        @Override
        public String toString() {
            return name + " by " + assignments;
        }
    }

    @Test
    void eachIsChangedAndPutBackUnderTraffic() throws Exception {
        try (var instance = Instance.in(root.resolve("base")).withConsole().start()) {
            files(instance);
            var changes = changes();
            var troubles = new ArrayList<String>();
            long since = instance.log().length();
            var churn = Churn.start(instance.smtpPort(), CLIENTS, List.of("user@example.com"), 5, 500);
            for (var change : changes) {
                long before = churn.accepted();
                var words = new ArrayList<>(List.of("config", "set", change.pid));
                words.addAll(change.assignments);
                ask(instance, change, words, troubles);
                await(change.toString())
                        .atMost(Duration.ofSeconds(30))
                        .pollInterval(Duration.ofMillis(5))
                        .until(() -> churn.accepted() > before + CLIENTS);
                ask(instance, change, List.of("config", "undo", change.pid), troubles);
                if (!churn.troubles().isEmpty()) {
                    troubles.add(change + ": " + churn.troubles());
                    break;
                }
            }
            churn.stop();

            assertThat(troubles).isEmpty();
            assertThat(churn.troubles()).isEmpty();
            assertThat(churn.refused() + churn.dropped() + churn.failed()).isZero();
            // An authority that is not there has to be told of.
            assertThat(instance.logged(since, " ERROR ")).allMatch(line -> line.contains("acme.Renewer - [a.example]"));
            assertThat(instance.ask("status").code()).isZero();
        }
    }

    private static void ask(Instance instance, Change change, List<String> words, List<String> troubles)
            throws IOException {
        var result = instance.ask(words.toArray(String[]::new));
        if (result.code() != 0) {
            troubles.add(change + ", " + words.get(1) + ": " + result.out());
        }
    }

    /** Puts what settings name into the instance's {@code conf} folder. */
    private void files(Instance instance) throws IOException, InterruptedException {
        var conf = instance.base().resolve("conf");
        var authority = new TestAuthority(root.resolve("ca"));
        Files.copy(authority.certificate(), conf.resolve("ca.pem"));
        authority.put("mx.example.com", "ec", conf.resolve("server.pem"));
        authority.list(conf.resolve("revoked.crl"));
        Files.createDirectory(conf.resolve("tls2"));
        Files.write(
                Files.createDirectories(conf.resolve("dsn")).resolve("logo.png"),
                new byte[] {(byte) 0x89, 'P', 'N', 'G'});
        for (var file : List.of("next.password", "tsig.key")) {
            Files.writeString(conf.resolve(file), "secret\n");
        }
    }

    // ---------------------------------------------------------------------------------------------------- the table

    private List<Change> changes() throws IOException {
        var changes = new ArrayList<Change>();
        var forgotten = new TreeSet<String>();
        var table = table();
        for (var key : ShippedSettings.keys()) {
            var assignments = table.remove(key.name());
            if (assignments == null) {
                var other = other(key);
                if (other.isEmpty()) {
                    forgotten.add(key.name());
                }
                assignments = List.of(key.key() + "=" + other);
            }
            // The traffic's listener stays where it is, and speaks as it does.
            var pid =
                    key.pid().equals(Instance.LISTENER) && PLACE.contains(key.key()) ? Instance.SUBMISSION : key.pid();
            changes.add(new Change(pid, key.name(), assignments));
        }
        assertThat(forgotten).as("keys that this test has no good value for").isEmpty();
        table.forEach((name, assignments) -> {
            var pid = name.substring(0, name.indexOf(':'));
            assertThat(pid)
                    .as("a key that no bundle declares: " + name)
                    .isIn("org.tarishi.core.boot", "org.tarishi.logging");
            changes.add(new Change(pid, name, assignments));
        });
        return changes;
    }

    /** Another value, as far as the type tells one; else nothing. */
    private static String other(ShippedSettings.Key key) {
        if (key.type().equals("Boolean")) {
            return String.valueOf(!Boolean.parseBoolean(key.shipped()));
        }
        if (NUMBERS.contains(key.type())) {
            long value = Long.parseLong(key.shipped());
            return String.valueOf(key.max().isEmpty() || value < Long.parseLong(key.max()) ? value + 1 : value - 1);
        }
        if (!key.options().isEmpty()) {
            return key.options().stream()
                    .filter(option -> !option.isEmpty() && !option.equals(key.shipped()))
                    .findFirst()
                    .orElseThrow();
        }
        return key.shipped().matches("P[T0-9].*")
                ? Duration.parse(key.shipped()).minusMillis(50).toString()
                : "";
    }

    private Map<String, List<String>> table() {
        var table = new TreeMap<String, List<String>>();
        var admin = "org.tarishi.core.admin:";
        table.put(admin + "hosts", List.of("hosts=[ \"console.example.com\" ]"));
        table.put("org.tarishi.core.client:heloName", List.of("heloName=mx.example.com"));
        table.put("org.tarishi.core.client:maxReplyLines", List.of("maxReplyLines=99"));

        var delivery = "org.tarishi.core.delivery:";
        table.put(delivery + "smartHost", List.of("smartHost=smtp://" + NOBODY));
        var login = List.of("smartHost=smtp://" + NOBODY, "smartHostUser=me", "smartHostPasswordFile=next.password");
        table.put(delivery + "smartHostUser", login);
        table.put(delivery + "smartHostPasswordFile", login);
        table.put(delivery + "routes", List.of("routes=[ \"example.org = smtp://" + NOBODY + "\" ]"));
        table.put(delivery + "pools", List.of("pools=[ \"bulk = 127.0.0.2/mx.example.com\" ]"));
        table.put(delivery + "ownNames", List.of("ownNames=[ \"mx.example.com\" ]"));
        table.put(delivery + "ownAddresses", List.of("ownAddresses=[ \"192.0.2.1\" ]"));
        table.put(delivery + "tlsPolicies", List.of("tlsPolicies=[ \"example.org = require\" ]"));
        table.put(delivery + "mtaStsAuthorities", List.of("mtaStsAuthorities=ca.pem"));

        table.put("org.tarishi.core.deploy:trustedSigners", List.of("trustedSigners=[ \"ca.pem\" ]"));
        table.put("org.tarishi.core.dns:servers", List.of("servers=[ \"127.0.0.1:5353\" ]"));
        var shipped = Setup.distribution().resolve("config/dsn");
        table.put("org.tarishi.core.dsn.classes:rules", List.of("rules=" + shipped.resolve("failure-classes")));
        var dsn = "org.tarishi.core.dsn:";
        table.put(dsn + "host", List.of("host=mx.example.com"));
        table.put(dsn + "from", List.of("from=postmaster"));
        table.put(dsn + "fromName", List.of("fromName=Postmaster"));
        table.put(dsn + "templates", List.of("templates=" + shipped));
        table.put(dsn + "image", List.of("image=logo.png"));

        var chain = "org.tarishi.chain:";
        table.put(
                chain + "plugins",
                List.of("plugins=[ \"in-host-list\", \"smtp-forward?\", \"lmtp?\", \"discard?\", \"maildir\" ]"));
        table.put(chain + "trusted", List.of("trusted=[ \"maildir\" ]"));
        table.put(chain + "swapWait", List.of("swapWait=16s"));
        table.put(chain + "drain", List.of("drain=31s"));
        table.put(chain + "limits", List.of("limits=[ \"maildir=20s\" ]"));
        table.put(chain + "onFault", List.of("onFault=[ \"maildir=CONTINUE\" ]"));
        table.put(chain + "breakerWindow", List.of("breakerWindow=2m"));
        table.put(chain + "breakerPause", List.of("breakerPause=31s"));
        table.put(chain + "stuckAfter", List.of("stuckAfter=6s"));

        var message = "org.tarishi.core.message:";
        table.put(message + "totalMemory", List.of("totalMemory=100000000"));
        table.put(message + "folder", List.of("folder=" + root.resolve("bodies")));
        var queue = "org.tarishi.core.queue:";
        table.put(queue + "folder", List.of("folder=queue2"));
        table.put(queue + "maxBytes", List.of("maxBytes=10000000000"));
        var sasl = "org.tarishi.core.sasl:";
        table.put(sasl + "externalUsers", List.of("externalUsers=[ \"inline:mx.example.com=me\" ]"));
        table.put(sasl + "oauthScope", List.of("oauthScope=mail"));
        table.put(sasl + "openidConfiguration", List.of("openidConfiguration=https://id.example/"));
        var scheduler = "org.tarishi.core.scheduler:";
        table.put(scheduler + "retrySchedule", List.of("retrySchedule=1m, 5m*2, 1h*3"));
        table.put(scheduler + "received", List.of("received=disabled"));
        table.put(scheduler + "hostname", List.of("hostname=mx.example.com"));
        table.put(scheduler + "limits", List.of("limits=[ \"domain * concurrency=10\" ]"));
        table.put(scheduler + "events", List.of("events=events.jsonl"));

        var server = "org.tarishi.core.server:";
        table.put(server + "hostname", List.of("hostname=mx.example.com"));
        table.put(server + "greeting", List.of("greeting=[ \"welcome\" ]"));
        table.put(server + "helloText", List.of("helloText=hello"));
        table.put(server + "closeText", List.of("closeText=goodbye"));
        table.put(server + "trustedNetworks", List.of("trustedNetworks=[ \"192.0.2.0/24\" ]"));
        table.put(server + "greetingDelay", List.of("greetingDelay=PT1S"));
        table.put(server + "bareLineEnds", List.of("bareLineEnds=convert"));
        table.put(server + "authMechanisms", List.of("authMechanisms=[ \"PLAIN\" ]"));
        table.put(server + "authWithoutTls", List.of("authWithoutTls=[ \"192.0.2.0/24\" ]"));
        table.put(server + "senders", List.of("senders=[ \"inline:me=example.com\" ]"));
        table.put(server + "sendersInFrom", List.of("senders=[ \"inline:me=example.com\" ]", "sendersInFrom=true"));
        table.put(server + "submissionDomain", List.of("submissionDomain=example.com"));

        var listener = Instance.LISTENER + ":";
        table.put(listener + "address", List.of("address=127.0.0.2"));
        table.put(listener + "port", List.of("port=0"));
        table.put(listener + "mode", List.of("mode=lmtp"));
        table.put(listener + "path", List.of("mode=lmtp", "path=" + root.resolve("lmtp.sock")));
        table.put(listener + "permissions", List.of("permissions=0600"));
        table.put(listener + "proxyFrom", List.of("proxyFrom=[ \"192.0.2.0/24\" ]"));
        table.put(listener + "withoutTls", List.of("withoutTls=[ \"192.0.2.1\" ]"));
        table.put(listener + "maxSessions", List.of("maxSessions=1000"));
        table.put(listener + "maxSessionsPerAddress", List.of("maxSessionsPerAddress=1000"));
        table.put(listener + "maxSessionsPerNetwork", List.of("maxSessionsPerNetwork=1000"));
        table.put(listener + "greetingDelay", List.of("greetingDelay=PT1S"));
        table.put(listener + "maxErrors", List.of("maxErrors=10"));
        table.put(listener + "maxRecipients", List.of("maxRecipients=100"));
        table.put(listener + "maxTransactions", List.of("maxTransactions=1000"));
        table.put(listener + "commandTimeout", List.of("commandTimeout=PT4M"));
        table.put(listener + "dataTimeout", List.of("dataTimeout=PT2M"));
        table.put(listener + "messageTimeout", List.of("messageTimeout=PT30M"));
        table.put(listener + "sessionTimeout", List.of("sessionTimeout=PT2H"));
        table.put(listener + "auth", List.of("auth=offered"));

        var tls = "org.tarishi.core.tls:";
        table.put(tls + "folder", List.of("folder=tls2"));
        table.put(tls + "files", List.of("files=[ \"server.pem\" ]"));
        table.put(tls + "protocols", List.of("protocols=[ \"TLSv1.3\" ]"));
        table.put(
                tls + "ciphers",
                List.of("ciphers=[ \"TLS_AES_256_GCM_SHA384\", \"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384\","
                        + " \"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\" ]"));
        table.put(tls + "groups", List.of("groups=[ \"secp256r1\" ]"));
        table.put(tls + "clientProtocols", List.of("clientProtocols=[ \"TLSv1.3\" ]"));
        table.put(
                tls + "clientCiphers",
                List.of("clientCiphers=[ \"TLS_AES_256_GCM_SHA384\", \"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\" ]"));
        table.put(tls + "clientAuthorities", List.of("clientAuthorities=[ \"ca.pem\" ]"));
        table.put(
                tls + "clientRevocationLists",
                List.of("clientAuthorities=[ \"ca.pem\" ]", "clientRevocationLists=[ \"revoked.crl\" ]"));
        table.put(tls + "serverAuthorities", List.of("serverAuthorities=[ \"ca.pem\" ]"));

        var tlsrpt = "org.tarishi.core.tlsrpt:";
        table.put(tlsrpt + "contact", List.of("contact=tls@example.com"));
        table.put(tlsrpt + "organization", List.of("organization=Example"));
        table.put(tlsrpt + "from", List.of("contact=tls@example.com", "from=reports@example.com"));
        table.put(tlsrpt + "trustedCa", List.of("trustedCa=ca.pem"));
        plugins(table);

        var boot = "org.tarishi.core.boot:";
        table.put(boot + "stop.timeout", List.of("stop.timeout=31"));
        table.put(boot + "http.enabled", List.of("http.enabled=false"));
        table.put(boot + "http.host", List.of("http.host=127.0.0.2"));
        table.put(boot + "http.port", List.of("http.port=8081"));
        var logging = "org.tarishi.logging:";
        table.put(logging + "level", List.of("level=DEBUG"));
        table.put(logging + "level.org.tarishi", List.of("level.org.tarishi=TRACE"));
        table.put(logging + "file.size", List.of("file.size=40MB"));
        table.put(logging + "file.days", List.of("file.days=13"));
        table.put(logging + "file.total", List.of("file.total=900MB"));
        return table;
    }

    private static void plugins(Map<String, List<String>> table) {
        var acme = "org.tarishi.plugin.acme:";
        table.put(
                acme + "certificates",
                List.of("certificates=[ \"a.example\" ]", "directory=https://" + NOBODY + "/directory"));
        table.put(acme + "directory", List.of("directory=https://" + NOBODY + "/directory"));
        table.put(acme + "trustedCa", List.of("trustedCa=ca.pem"));
        table.put(acme + "contact", List.of("contact=[ \"me@example.com\" ]"));
        var binding = List.of("eabKeyId=it", "eabKeyFile=next.password");
        table.put(acme + "eabKeyId", binding);
        table.put(acme + "eabKeyFile", binding);
        table.put(acme + "preferredChain", List.of("preferredChain=Root X"));
        table.put(acme + "profile", List.of("profile=classic"));
        table.put(acme + "httpAddress", List.of("httpAddress=127.0.0.1"));
        table.put(acme + "dnsServer", List.of("dnsServer=" + NOBODY));
        table.put(acme + "dnsKeyFile", List.of("dnsKeyFile=tsig.key"));
        table.put(acme + "dnsZone", List.of("dnsZone=example.com"));
        var users = Instance.USERS + ":";
        table.put(users + "file", List.of("file=users2"));
        table.put(users + "hash", List.of("hash=bcrypt:cost=10"));
        table.put(users + "scram", List.of("scram=[ \"SCRAM-SHA-256\" ]"));
        table.put(
                Instance.HOST_LIST + ":domains",
                List.of("domains=[ \"inline:localhost,example.com,another.example\" ]"));
        var blocking = "tarishi.non.blocking=false";
        table.put(Instance.HOST_LIST + ":tarishi.non.blocking", List.of(blocking));
        table.put(Instance.MAILDIR + ":root", List.of("root=maildir2"));
        table.put(Instance.MAILDIR + ":path", List.of("path={user}"));
        table.put(Instance.MAILDIR + ":subaddress", List.of("subaddress=+"));

        // Next hops that nobody serves, and then mail goes on to the next plugin.
        for (var pid : List.of(Instance.FORWARD, Instance.LMTP, "org.tarishi.plugin.smtp-proxy")) {
            table.put(pid + ":host", List.of("host=" + NOBODY, "unreachable=CONTINUE"));
            table.put(pid + ":pool", List.of("pool=[ \"" + NOBODY + "\" ]", "unreachable=CONTINUE"));
            var login = List.of("user=me", "passwordFile=next.password");
            table.put(pid + ":user", login);
            table.put(pid + ":passwordFile", login);
            table.put(pid + ":heloName", List.of("heloName=mx.example.com"));
            table.put(pid + ":bindAddress", List.of("bindAddress=127.0.0.1"));
            table.put(pid + ":certificate", List.of("certificate=localhost"));
        }
        table.put(Instance.FORWARD + ":host", List.of("host=127.0.0.1", "port=1", "unreachable=CONTINUE"));
        for (var pid : List.of(Instance.FORWARD, Instance.LMTP)) {
            table.put(pid + ":routes", List.of("routes=[ \"inline:another.example=" + NOBODY + "\" ]"));
        }
        var routes = "routes=[ \"inline:another.example=" + NOBODY + "\" ]";
        table.put(Instance.FORWARD + ":checkSender", List.of(routes, "checkSender=true"));
        table.put(Instance.FORWARD + ":checkRecipient", List.of(routes, "checkRecipient=true"));

        var webhook = "org.tarishi.plugin.outbound-webhook:";
        table.put(webhook + "url", List.of("url=http://" + NOBODY + "/events"));
        table.put(webhook + "events", List.of("events=[ \"bounced\" ]"));
        table.put(webhook + "domains", List.of("domains=[ \"inline:another.example\" ]"));
        table.put(webhook + "secretFile", List.of("secretFile=next.password"));
        table.put(webhook + "authorizationFile", List.of("authorizationFile=next.password"));
        table.put(webhook + "trustedCa", List.of("trustedCa=ca.pem"));

        var relay = Instance.RELAY + ":";
        table.put(relay + "acl", List.of("acl=[ \"192.0.2.0/24\" ]"));
        table.put(relay + "aclTables", List.of("aclTables=[ \"inline:192.0.2.1\" ]"));
        table.put(relay + "destinations", List.of("destinations=[ \"inline:another.example=accept\" ]"));
        table.put(relay + "routes", List.of("routes=[ \"inline:another.example=" + NOBODY + "\" ]"));
        table.put(relay + "all", List.of("all=true", "allListeners=[ \"submission\" ]"));
        table.put(relay + "allListeners", List.of("allListeners=[ \"submission\" ]"));
        table.put(relay + "tarishi.non.blocking", List.of(blocking));
        table.put("org.tarishi.plugin.xclient:xclient", List.of("xclient=[ \"192.0.2.0/24\" ]"));
        table.put("org.tarishi.plugin.xclient:xforward", List.of("xforward=[ \"192.0.2.0/24\" ]"));
    }
}
