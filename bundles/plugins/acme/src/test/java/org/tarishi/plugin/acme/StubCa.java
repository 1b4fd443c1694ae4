package org.tarishi.plugin.acme;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority that speaks RFC 8555 over TLS on loopback: it checks every signature, nonce and URL, asks the challenges'
 * answers where they have to be, and signs what was asked for. What it does wrong, a test says.
 */
public final class StubCa implements AutoCloseable {

    private static final String ERROR = "urn:ietf:params:acme:error:";

    final TestPki issuer = new TestPki("Stub Issuing");
    final TestPki other = new TestPki("Other Root");
    final TestPki web = new TestPki("Web Root");
    private final HttpsServer server;
    private final InstantSource time;
    private final HttpClient client = HttpClient.newHttpClient();

    private final Set<String> nonces = ConcurrentHashMap.newKeySet();
    private final Map<String, PublicKey> accounts = new ConcurrentHashMap<>();
    private final Map<String, List<Object>> contacts = new ConcurrentHashMap<>();
    private final Map<String, Order> orders = new ConcurrentHashMap<>();
    private final Map<String, Authz> authzs = new ConcurrentHashMap<>();
    private final Map<String, List<X509Certificate>> issued = new ConcurrentHashMap<>();

    /** Every request: method and path; a POST that was well signed only. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    /** Faults that a request was found to have. */
    final List<String> faults = new CopyOnWriteArrayList<>();

    // How it behaves.
    final AtomicInteger badNonces = new AtomicInteger();
    volatile int rateLimitSeconds;
    volatile int unavailableSeconds;
    volatile boolean isExternalRequired;
    volatile byte[] macKey = new byte[0];
    volatile String accountStatus = "valid";
    volatile int processingPolls;
    volatile boolean isOtherKey;
    volatile boolean isOtherName;
    volatile boolean failsFinalize;
    volatile boolean saysAlreadyReplaced;
    volatile boolean hasRenewalInfo;
    volatile Instant windowStart = Instant.MAX;
    volatile Instant windowEnd = Instant.MAX;
    volatile Duration life = Duration.ofDays(90);
    volatile List<String> challenges = List.of("tls-alpn-01", "http-01", "dns-01");
    volatile int httpPort;
    volatile TxtLookup txt = name -> List.of();
    volatile String directoryBody = "";

    /** How it looks up TXT records. */
    interface TxtLookup {
        List<String> of(String name) throws IOException;
    }

    static final class Order {
        final String id = UUID.randomUUID().toString();
        final List<String> hosts;
        final List<String> authzs = new ArrayList<>();
        final @Nullable Object replaces;
        volatile String status = "pending";
        volatile String certificate = "";
        final AtomicInteger polls = new AtomicInteger();

        Order(List<String> hosts, @Nullable Object replaces) {
            this.hosts = hosts;
            this.replaces = replaces;
        }
    }

    static final class Authz {
        final String id = UUID.randomUUID().toString();
        final String token = UUID.randomUUID().toString().replace("-", "");
        final String host;
        final boolean isWildcard;
        volatile String status = "pending";
        volatile String error = "";
        volatile String tried = "";

        Authz(String host) {
            this.isWildcard = host.startsWith("*.");
            this.host = isWildcard ? host.substring(2) : host;
        }
    }

    /** Makes one that stands in this time. */
    public StubCa(InstantSource time) throws IOException, GeneralSecurityException {
        this.time = time;
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var key = KeyType.EC_P256.generate();
        var certificate = web.leaf(
                key.getPublic(),
                List.of("localhost"),
                Instant.parse("2000-01-01T00:00:00Z"),
                Instant.parse("2100-01-01T00:00:00Z"));
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("web", key.getPrivate(), new char[0], new X509Certificate[] {certificate});
        var keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            try (exchange) {
                handle(exchange);
            } catch (JoseException | GeneralSecurityException | PKCSException | RuntimeException e) {
                faults.add(String.valueOf(e));
            }
        });
        server.start();
    }

    /** Where an ACME client begins. */
    public String directory() {
        return base() + "/directory";
    }

    private String base() {
        return "https://localhost:" + server.getAddress().getPort();
    }

    /** Writes the root that its web server is trusted by into a folder. */
    public Path writeRoot(Path folder) throws IOException {
        return Files.writeString(folder.resolve("web-root.pem"), Pem.chain(List.of(web.root)));
    }

    /** The root of what it issues. */
    public X509Certificate root() {
        return issuer.root;
    }

    /** Asks for answers to http-01 at this port of this machine from now on. */
    public void validateByHttpAt(int port) {
        httpPort = port;
    }

    /** Asks this server for answers to dns-01 from now on. */
    public void validateByDnsAt(StubNameServer names) {
        txt = names::txt;
    }

    /** What was wrong with requests. */
    public List<String> faults() {
        return List.copyOf(faults);
    }

    List<Order> orders() {
        return List.copyOf(orders.values());
    }

    int accountCount() {
        return accounts.size();
    }

    List<Object> contactsOfOnlyAccount() {
        return contacts.values().iterator().next();
    }

    long count(String request) {
        return asked.stream().filter(request::equals).count();
    }

    @Override
    public void close() {
        server.stop(0);
        client.shutdownNow();
    }

    private static <T> T of(Map<String, T> known, String id) {
        return Objects.requireNonNull(known.get(id), id);
    }

    // ------------------------------------------------------------------------------------------------ requests

    private void handle(HttpExchange exchange)
            throws IOException, JoseException, GeneralSecurityException, PKCSException {
        var path = exchange.getRequestURI().getPath();
        if (unavailableSeconds > 0) {
            exchange.getResponseHeaders().set("Retry-After", Integer.toString(unavailableSeconds));
            send(exchange, 503, "text/plain", "down for repair");
        } else if (path.equals("/directory")) {
            asked.add("GET /directory");
            send(
                    exchange,
                    200,
                    "application/json",
                    directoryBody.isEmpty() ? JsonUtil.toJson(directoryJson()) : directoryBody);
        } else if (path.equals("/nonce")) {
            exchange.getResponseHeaders().set("Replay-Nonce", nonce());
            exchange.sendResponseHeaders(200, -1);
        } else if (path.startsWith("/renewal/")) {
            asked.add("GET /renewal");
            exchange.getResponseHeaders().set("Retry-After", "21600");
            send(
                    exchange,
                    200,
                    "application/json",
                    JsonUtil.toJson(Map.of(
                            "suggestedWindow",
                            Map.of("start", windowStart.toString(), "end", windowEnd.toString()),
                            "explanationURL",
                            "https://ca.example/why")));
        } else {
            post(exchange, path);
        }
    }

    private Map<String, Object> directoryJson() {
        var all = new LinkedHashMap<String, Object>();
        for (var resource : List.of("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange")) {
            all.put(resource, base() + "/" + (resource.equals("newNonce") ? "nonce" : resource));
        }
        if (hasRenewalInfo) {
            all.put("renewalInfo", base() + "/renewal");
        }
        all.put(
                "meta",
                Map.of(
                        "termsOfService",
                        "https://ca.example/terms",
                        "externalAccountRequired",
                        isExternalRequired,
                        "profiles",
                        Map.of("shortlived", "six days")));
        return all;
    }

    private String nonce() {
        var nonce = UUID.randomUUID().toString().replace("-", "");
        nonces.add(nonce);
        return nonce;
    }

    private void post(HttpExchange exchange, String path)
            throws IOException, JoseException, GeneralSecurityException, PKCSException {
        exchange.getResponseHeaders().set("Replay-Nonce", nonce());
        if (!"application/jose+json".equals(exchange.getRequestHeaders().getFirst("Content-Type"))) {
            throw new IllegalStateException("content type of " + path);
        }
        var body = JsonUtil.parseJson(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        var jws = new JsonWebSignature();
        jws.setCompactSerialization(body.get("protected") + "." + body.get("payload") + "." + body.get("signature"));
        var kid = jws.getHeader("kid");
        @Nullable PublicKey key;
        if (kid == null) {
            key = jws.getJwkHeader().getPublicKey();
        } else {
            key = accounts.get(kid);
        }
        if (key == null) {
            problem(exchange, 400, "accountDoesNotExist", "no such account");
            return;
        }
        jws.setKey(key);
        if (!jws.verifySignature()) {
            throw new IllegalStateException("bad signature of " + path);
        }
        if (!(base() + path).equals(jws.getHeader("url"))) {
            throw new IllegalStateException("url of " + path);
        }
        boolean isNonceKnown = nonces.remove(jws.getHeader("nonce"));
        if (badNonces.getAndUpdate(left -> Math.max(0, left - 1)) > 0 || !isNonceKnown) {
            asked.add("bad nonce");
            problem(exchange, 400, "badNonce", "that nonce is spent");
            return;
        }
        asked.add("POST " + path.replaceAll("/[0-9a-f-]{36}", ""));
        if (kid != null && !accountStatus.equals("valid")) {
            problem(exchange, 401, "unauthorized", "the account is " + accountStatus);
            return;
        }
        var payload = jws.getPayload();
        var json = payload.isEmpty() ? Map.<String, Object>of() : JsonUtil.parseJson(payload);
        var id = path.substring(path.lastIndexOf('/') + 1);
        switch (path.substring(1).replaceAll("/.*", "")) {
            case "newAccount" -> account(exchange, key, json);
            case "account" -> {
                if (json.get("contact") instanceof List<?> list) {
                    contacts.put(base() + path, List.copyOf(list));
                }
                accountJson(exchange, 200, base() + path);
            }
            case "newOrder" -> order(exchange, json);
            case "order" -> orderJson(exchange, 200, of(orders, id));
            case "authz" -> send(exchange, 200, "application/json", JsonUtil.toJson(authzJson(of(authzs, id))));
            case "challenge" -> challenge(exchange, path, key, payload);
            case "finalize" -> finalizeOrder(exchange, of(orders, id), String.valueOf(json.get("csr")));
            case "cert" -> {
                exchange.getResponseHeaders().add("Link", "<" + base() + "/alternate/" + id + ">;rel=\"alternate\"");
                send(exchange, 200, "application/pem-certificate-chain", Pem.chain(of(issued, id)));
            }
            case "alternate" ->
                send(
                        exchange,
                        200,
                        "application/pem-certificate-chain",
                        Pem.chain(List.of(
                                of(issued, id).getFirst(),
                                other.leaf(
                                        issuer.key.getPublic(),
                                        List.of("cross.example"),
                                        TestTime.START,
                                        TestTime.START.plus(life)))));
            default -> problem(exchange, 404, "malformed", "no " + path);
        }
    }

    private void account(HttpExchange exchange, PublicKey key, Map<String, Object> json)
            throws IOException, JoseException {
        if (!Boolean.TRUE.equals(json.get("termsOfServiceAgreed"))) {
            problem(exchange, 403, "userActionRequired", "terms");
            return;
        }
        if (isExternalRequired && !isBound(json, key)) {
            problem(exchange, 403, "externalAccountRequired", "no binding, or a wrong one");
            return;
        }
        for (var known : accounts.entrySet()) {
            if (known.getValue().equals(key)) {
                if (!accountStatus.equals("valid")) {
                    problem(exchange, 401, "unauthorized", "the account is " + accountStatus);
                } else {
                    accountJson(exchange, 200, known.getKey());
                }
                return;
            }
        }
        var url = base() + "/account/" + UUID.randomUUID();
        accounts.put(url, key);
        contacts.put(url, json.get("contact") instanceof List<?> list ? List.copyOf(list) : List.of());
        accountJson(exchange, 201, url);
    }

    private void accountJson(HttpExchange exchange, int code, String url) throws IOException {
        exchange.getResponseHeaders().set("Location", url);
        send(
                exchange,
                code,
                "application/json",
                JsonUtil.toJson(Map.of("status", accountStatus, "contact", of(contacts, url))));
    }

    private boolean isBound(Map<String, Object> json, PublicKey key) throws JoseException {
        if (!(json.get("externalAccountBinding") instanceof Map<?, ?> binding)) {
            return false;
        }
        var jws = new JsonWebSignature();
        jws.setCompactSerialization(
                binding.get("protected") + "." + binding.get("payload") + "." + binding.get("signature"));
        jws.setKey(new HmacKey(macKey));
        return jws.verifySignature()
                && "kid-1".equals(jws.getHeader("kid"))
                && PublicJsonWebKey.Factory.newPublicJwk(jws.getPayload())
                        .getPublicKey()
                        .equals(key);
    }

    private void order(HttpExchange exchange, Map<String, Object> json) throws IOException {
        if (rateLimitSeconds > 0) {
            exchange.getResponseHeaders().set("Retry-After", Integer.toString(rateLimitSeconds));
            problem(exchange, 429, "rateLimited", "too many certificates\r\nof this name");
            return;
        }
        if (json.get("replaces") != null && saysAlreadyReplaced) {
            problem(exchange, 409, "alreadyReplaced", "replaced before");
            return;
        }
        var hosts = new ArrayList<String>();
        if (json.get("identifiers") instanceof List<?> list) {
            for (var one : list) {
                hosts.add((String) ((Map<?, ?>) one).get("value"));
            }
        }
        var order = new Order(hosts, json.get("replaces"));
        for (var host : hosts) {
            var authz = new Authz(host);
            authzs.put(authz.id, authz);
            order.authzs.add(authz.id);
        }
        orders.put(order.id, order);
        exchange.getResponseHeaders().set("Location", base() + "/order/" + order.id);
        orderJson(exchange, 201, order);
    }

    private void orderJson(HttpExchange exchange, int code, Order order) throws IOException {
        if (order.status.equals("pending")) {
            var states = order.authzs.stream().map(id -> of(authzs, id).status).toList();
            order.status = states.stream().allMatch("valid"::equals)
                    ? "ready"
                    : states.contains("invalid") ? "invalid" : "pending";
        } else if (order.status.equals("processing") && order.polls.incrementAndGet() > processingPolls) {
            order.status = "valid";
        }
        var all = new LinkedHashMap<String, Object>();
        all.put("status", order.status);
        all.put(
                "identifiers",
                order.hosts.stream()
                        .map(host -> Map.of("type", "dns", "value", host))
                        .toList());
        all.put(
                "authorizations",
                order.authzs.stream().map(id -> base() + "/authz/" + id).toList());
        all.put("finalize", base() + "/finalize/" + order.id);
        if (order.status.equals("valid")) {
            all.put("certificate", base() + "/cert/" + order.certificate);
        }
        if (order.status.equals("processing")) {
            exchange.getResponseHeaders().set("Retry-After", "5");
        }
        send(exchange, code, "application/json", JsonUtil.toJson(all));
    }

    private Map<String, Object> authzJson(Authz authz) {
        var all = new LinkedHashMap<String, Object>();
        all.put("identifier", Map.of("type", "dns", "value", authz.host));
        all.put("status", authz.status);
        if (authz.isWildcard) {
            all.put("wildcard", true);
        }
        all.put(
                "challenges",
                challenges.stream().map(type -> challengeJson(authz, type)).toList());
        return all;
    }

    private Map<String, Object> challengeJson(Authz authz, String type) {
        var all = new LinkedHashMap<String, Object>();
        all.put("type", type);
        all.put("url", base() + "/challenge/" + authz.id + "/" + type);
        all.put("token", authz.token);
        all.put("status", authz.tried.equals(type) ? authz.status : "pending");
        if (authz.tried.equals(type) && !authz.error.isEmpty()) {
            all.put("error", Map.of("type", ERROR + "unauthorized", "detail", authz.error));
        }
        return all;
    }

    private void challenge(HttpExchange exchange, String path, PublicKey key, String payload)
            throws IOException, JoseException, GeneralSecurityException {
        var steps = path.split("/", -1);
        var authz = of(authzs, steps[2]);
        var type = steps[3];
        if (payload.equals("{}")) {
            authz.tried = type;
            var thumb = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(JsonWebKey.Factory.newJwk(key).calculateThumbprint("SHA-256"));
            authz.error = validate(authz, type, authz.token + "." + thumb);
            authz.status = authz.error.isEmpty() ? "valid" : "invalid";
        }
        send(exchange, 200, "application/json", JsonUtil.toJson(challengeJson(authz, type)));
    }

    private String validate(Authz authz, String type, String expected) throws GeneralSecurityException {
        try {
            return switch (type) {
                case "http-01" -> byHttp(authz, expected);
                case "dns-01" -> byDns(authz, expected);
                default -> type + " is not done here";
            };
        } catch (IOException e) {
            return "connection refused";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "stopped";
        }
    }

    private String byHttp(Authz authz, String expected) throws IOException, InterruptedException {
        var answer = client.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + httpPort + "/.well-known/acme-challenge/" + authz.token))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                BodyHandlers.ofString());
        return answer.statusCode() == 200 && answer.body().equals(expected)
                ? ""
                : "the answer was " + answer.statusCode();
    }

    private String byDns(Authz authz, String expected) throws IOException, GeneralSecurityException {
        var digest = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(expected.getBytes(UTF_8)));
        var found = txt.of("_acme-challenge." + authz.host);
        return found.contains(digest) ? "" : "the records are " + found;
    }

    private void finalizeOrder(HttpExchange exchange, Order order, String csr)
            throws IOException, GeneralSecurityException, PKCSException {
        if (!order.status.equals("ready")) {
            problem(exchange, 403, "orderNotReady", "the order is " + order.status);
            return;
        }
        if (failsFinalize) {
            order.status = "invalid";
            problem(exchange, 400, "badCSR", "no such keys here");
            return;
        }
        var request = new JcaPKCS10CertificationRequest(Base64.getUrlDecoder().decode(csr));
        try {
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(request.getPublicKey()))) {
                throw new IllegalStateException("CSR's signature");
            }
        } catch (org.bouncycastle.operator.OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
        var extensions =
                Extensions.getInstance(request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest)[0]
                        .getAttrValues()
                        .getObjectAt(0));
        var names = Arrays.stream(GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName)
                        .getNames())
                .map(name -> name.getName().toString())
                .toList();
        if (!new HashSet<>(names).equals(new HashSet<>(order.hosts))) {
            throw new IllegalStateException("CSR's names " + names);
        }
        var from = time.instant();
        var leaf = issuer.leaf(
                isOtherKey ? KeyType.EC_P256.generate().getPublic() : request.getPublicKey(),
                isOtherName ? List.of("other.example") : order.hosts,
                from,
                from.plus(life));
        order.certificate = UUID.randomUUID().toString();
        issued.put(order.certificate, List.of(leaf, issuer.root));
        order.status = "processing";
        orderJson(exchange, 200, order);
    }

    private static void problem(HttpExchange exchange, int code, String type, String detail) throws IOException {
        send(
                exchange,
                code,
                "application/problem+json",
                JsonUtil.toJson(Map.of("type", ERROR + type, "detail", detail)));
    }

    private static void send(HttpExchange exchange, int code, String type, String body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        var bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
