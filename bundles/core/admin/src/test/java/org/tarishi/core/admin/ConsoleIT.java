package org.tarishi.core.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.slf4j.LoggerFactory;

/** The console over HTTP, as a browser, a stranger and an attacker find it. */
class ConsoleIT {
    private static final Map<String, String> REQUIRED =
            Map.of("felix.webconsole.security.providers", "org.tarishi.core.admin");
    private static final String DEFAULT_LOGIN =
            "Basic " + Base64.getEncoder().encodeToString("admin:admin".getBytes(UTF_8));
    private static final Pattern TOLD =
            Pattern.compile("console: (http://127\\.0\\.0\\.1:[0-9]+/tarishi/) user (admin), password ([a-z2-9-]{23})");

    /** Every test comes from an address of its own, so that none waits for another's wrong passwords. */
    private static final AtomicInteger ADDRESS = new AtomicInteger(1);

    private static final List<String> LOG = new CopyOnWriteArrayList<>();

    @TempDir
    private static Path folder;

    private static Container container;
    private static URI server;
    private static String password;

    private Browser browser;
    private String address;

    @BeforeAll
    static void start() throws BundleException, IOException, InvalidSyntaxException {
        var root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        ((Logger) LoggerFactory.getLogger("org.tarishi")).setLevel(Level.TRACE);
        var appender = new AppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
                LOG.add(event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage());
            }
        };
        appender.setContext(root.getLoggerContext());
        appender.start();
        root.addAppender(appender);
        container = new Container(folder, REQUIRED, true);
        container.admin();
        server = container.http();
        await().until(() -> !container.told.isEmpty());
        var told = TOLD.matcher(container.told.getFirst());
        assertThat(told.matches()).as(container.told.getFirst()).isTrue();
        password = told.group(3);
    }

    @AfterAll
    static void stop() throws BundleException {
        container.close();
        assertThat(LOG).noneMatch(line -> line.contains(password));
        SECRETS.forEach(secret -> assertThat(LOG).noneMatch(line -> line.contains(secret)));
    }

    /** Everything that must never be in a log, as the tests come by it. */
    private static final Set<String> SECRETS = ConcurrentHashMap.newKeySet();

    @BeforeEach
    void open() throws IOException {
        address = "127.0.1." + ADDRESS.getAndIncrement();
        browser = new Browser(server, address);
    }

    @AfterEach
    void close() {
        SECRETS.addAll(browser.cookies.values().stream()
                .filter(value -> value.length() == 43)
                .toList());
        browser.close();
    }

    private void logIn() throws IOException, InterruptedException {
        var answer = browser.logIn("admin", password, "/system/console/bundles");
        assertThat(answer.statusCode()).isEqualTo(303);
    }

    private static String header(HttpResponse<?> response, String name) {
        return String.join(", ", response.headers().allValues(name));
    }

    private static List<String> logOf(String address) {
        return LOG.stream()
                .filter(line -> line.contains("address=" + address + " ") || line.endsWith("address=" + address))
                .toList();
    }

    @Test
    void theFirstPasswordIsToldOnceAndStoredHashed() throws IOException {
        var users = folder.resolve("data/admin/users");

        assertThat(container.told).hasSize(1);
        assertThat(Files.readString(users))
                .startsWith("admin pbkdf2-sha512$210000$")
                .doesNotContain(password);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(users)))
                .isEqualTo("rw-------");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/system/console",
                "/system/console/",
                "/system/console/bundles",
                "/system/console/bundles.json",
                "/system/console/configMgr",
                "/system/console/status-System%20Properties",
                "/system/console/logout",
                "/system/console/res/ui/bundles.js",
                "/system/console/nothing",
                "/tarishi",
                "/tarishi/",
                "/tarishi/nothing",
                "/tarishi/logout",
            })
    void withoutLoginEveryPageLeadsToTheLogin(String path) throws IOException, InterruptedException {
        for (var authorization : new String[] {"", DEFAULT_LOGIN}) {
            var answer = browser.get(path, "Authorization", authorization);

            assertThat(answer.statusCode()).isEqualTo(303);
            assertThat(header(answer, "Location")).startsWith("/tarishi/login?next=%2F");
            assertThat(header(answer, "WWW-Authenticate")).doesNotContain("Basic");
            assertThat(answer.body()).isEmpty();
        }
    }

    @Test
    void theDefaultLoginIsRefused() throws IOException, InterruptedException {
        assertThat(browser.logIn("admin", "admin", "/").statusCode()).isEqualTo(401);
        var answer = browser.get(
                "/system/console/bundles.json", "Authorization", DEFAULT_LOGIN, "Accept", "application/json");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(header(answer, "WWW-Authenticate")).startsWith("Cookie realm=\"Tarishi\"");
        answer = browser.post(
                "/system/console/bundles", Map.of("action", "refreshPackages"), "Authorization", DEFAULT_LOGIN);
        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void theLoginFormOpensTheConsole() throws IOException, InterruptedException {
        var answer = browser.logIn("admin", password, "/system/console/bundles?x=y");

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(header(answer, "Location")).isEqualTo("/system/console/bundles?x=y");
        assertThat(answer.headers().allValues("Set-Cookie"))
                .anySatisfy(cookie -> assertThat(cookie)
                        .matches("tarishi-session-" + server.getPort() + "=[A-Za-z0-9_-]{43};.*")
                        .contains("HttpOnly", "SameSite=Strict", "Path=/")
                        .doesNotContain("Domain", "Secure"));
        var page = browser.get("/system/console/bundles");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("org.tarishi.core.admin", "bundles.js");
        assertThat(header(page, "Content-Security-Policy")).contains("frame-ancestors 'none'", "default-src 'none'");
        assertThat(browser.get("/system/console/res/ui/bundles.js").statusCode())
                .isEqualTo(200);
        assertThat(browser.get("/tarishi/").body()).contains("Logged in as admin.");
        assertThat(browser.get("/tarishi/nothing").statusCode()).isEqualTo(404);
        assertThat(logOf(address))
                .contains("INFO org.tarishi.core.admin.Access console login, user=admin address=" + address);
    }

    @Test
    void everyAnswerHasItsSecurityHeaders() throws IOException, InterruptedException {
        for (var path : List.of("/tarishi/login", "/tarishi/style.css", "/nothing", "/system/console/bundles")) {
            var answer = browser.get(path);

            assertThat(header(answer, "X-Frame-Options")).isEqualTo("DENY");
            assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(header(answer, "Referrer-Policy")).isEqualTo("same-origin");
            assertThat(header(answer, "Content-Security-Policy"))
                    .startsWith("default-src 'none'; script-src 'self'; style-src 'self'; ")
                    .doesNotContain("unsafe");
            assertThat(header(answer, "Server")).isEmpty();
        }
        assertThat(header(browser.get("/tarishi/style.css"), "Content-Type")).startsWith("text/css");
        assertThat(header(browser.get("/tarishi/login"), "Cache-Control")).isEqualTo("no-store");
        assertThat(browser.get("/tarishi/login").body()).doesNotContain("<script", "style=", "onclick");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        Origin  | http://evil.example
        Origin  | null
        Origin  | http://127.0.0.1:1
        Referer | http://evil.example/system/console/bundles
        X-None  | no Origin and no Referer at all
        """)
    void aPostThatIsNotFromOurPagesIsRefusedThoughTheSessionIsRight(String name, String value)
            throws IOException, InterruptedException {
        logIn();
        var target = container.bundle("org.apache.felix.inventory");
        var path = "/system/console/bundles/" + target.getBundleId();

        assertThat(browser.postWithoutOrigin(path, Map.of("action", "stop"), name, value)
                        .statusCode())
                .isEqualTo(403);
        assertThat(browser.postWithoutOrigin("/tarishi/login", Map.of("user", "admin"), name, value)
                        .statusCode())
                .isEqualTo(403);
        assertThat(target.getState()).isEqualTo(Bundle.ACTIVE);
        assertThat(logOf(address)).anyMatch(line -> line.contains("console request refused, status=403"));
    }

    @Test
    void aRefusedPostIsReadToItsEndSoThatItsAnswerArrives() throws IOException {
        var post = "POST /tarishi/login HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n";
        try (var socket = new Socket(server.getHost(), server.getPort())) {
            // Apart, as many clients send it: were the connection closed behind the head, what follows would reset it.
            socket.getOutputStream().write((post + "Content-Length: 4\r\n\r\n").getBytes(UTF_8));
            socket.setSoTimeout(200);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write("a=b\nGET /tarishi/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("HTTP/1.1 403 ")
                    .contains("HTTP/1.1 200 ");
        }
        assertThat(raw(post + "Content-Length: 100000000\r\nConnection: close\r\n\r\n"))
                .as("not one that is large: nobody waits for it")
                .startsWith("HTTP/1.1 403 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example"})
    void aForeignHostNameIsRefusedThoughTheSessionIsRight(String host) throws IOException, InterruptedException {
        logIn();

        for (var path : List.of("/system/console/bundles", "/tarishi/login", "/nothing")) {
            var answer = browser.get(path, "Host", host);
            assertThat(answer.statusCode()).isEqualTo(421);
            assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
        }
        assertThat(browser.get("/tarishi/", "Host", "localhost:" + server.getPort())
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aRequestWithoutHostIsRefused() throws IOException {
        assertThat(raw("GET /tarishi/login HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }

    private static String raw(String request) throws IOException {
        try (var socket = new Socket(server.getHost(), server.getPort())) {
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void aBundleIsUploadedStoppedAndStartedThroughTheConsole() throws IOException, InterruptedException {
        logIn();
        var upload =
                browser.post("/system/console/bundles", "multipart/form-data; boundary=xyz", upload("example.upload"));
        assertThat(upload.statusCode()).isEqualTo(302);
        await().untilAsserted(() ->
                assertThat(container.bundle("example.upload").getState()).isEqualTo(Bundle.ACTIVE));
        var bundle = container.bundle("example.upload");
        var path = "/system/console/bundles/" + bundle.getBundleId();

        assertThat(browser.post(path, Map.of("action", "stop")).statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(bundle.getState()).isEqualTo(Bundle.RESOLVED));
        assertThat(browser.post(path, Map.of("action", "start")).statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(bundle.getState()).isEqualTo(Bundle.ACTIVE));
    }

    private static byte[] upload(String symbolicName) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", symbolicName);
        var jar = new ByteArrayOutputStream();
        new JarOutputStream(jar, manifest).close();
        var body = new ByteArrayOutputStream();
        part(body, "name=\"action\"", "install".getBytes(UTF_8));
        part(body, "name=\"bundlestart\"", "start".getBytes(UTF_8));
        part(body, "name=\"bundlestartlevel\"", "1".getBytes(UTF_8));
        part(body, "name=\"bundlefile\"; filename=\"x.jar\"", jar.toByteArray());
        body.writeBytes("--xyz--\r\n".getBytes(UTF_8));
        return body.toByteArray();
    }

    private static void part(ByteArrayOutputStream body, String disposition, byte[] content) {
        body.writeBytes(("--xyz\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n").getBytes(UTF_8));
        body.writeBytes(content);
        body.writeBytes("\r\n".getBytes(UTF_8));
    }

    @Test
    void aSettingChangedInTheConsoleHoldsAtOnceAndSessionsLiveOn() throws IOException, InterruptedException {
        logIn();
        assertThat(browser.get("/tarishi/", "Host", "console.example").statusCode())
                .isEqualTo(421);

        var answer = browser.post(
                "/system/console/configMgr/org.tarishi.core.admin",
                Map.of(
                        "apply",
                        "true",
                        "action",
                        "ajaxConfigManager",
                        "propertylist",
                        "hosts",
                        "hosts",
                        "console.example"));

        assertThat(answer.statusCode()).isEqualTo(302);
        await().untilAsserted(() -> assertThat(
                        browser.get("/tarishi/", "Host", "console.example").statusCode())
                .isEqualTo(200));
    }

    @Test
    void logoutIsAPostWithTheSessionsToken() throws IOException, InterruptedException {
        logIn();
        var link = browser.get("/system/console/logout");
        assertThat(link.statusCode()).isEqualTo(303);
        assertThat(header(link, "Location")).isEqualTo("/tarishi/logout");
        var page = browser.get("/tarishi/logout");
        assertThat(page.statusCode()).isEqualTo(200);
        var cookies = Map.copyOf(browser.cookies);
        assertThat(browser.post("/tarishi/logout", Map.of("token", "guessed")).statusCode())
                .isEqualTo(403);
        assertThat(browser.get("/tarishi/").statusCode()).isEqualTo(200);

        var answer = browser.post("/tarishi/logout", Map.of("token", Browser.token(page.body())));

        assertThat(answer.statusCode()).isEqualTo(303);
        browser.cookies.putAll(cookies); // the cookie alone is worth nothing now
        assertThat(browser.get("/tarishi/").statusCode()).isEqualTo(303);
        assertThat(browser.get("/system/console/bundles").statusCode()).isEqualTo(303);
    }

    @Test
    void wrongPasswordsAreLoggedWithoutThemAndThenHaveToWait() throws IOException, InterruptedException {
        int earlier = 0;
        var answer = behindFiveWrongPasswords();
        // They wait for a second, which may pass while a busy machine asks again.
        for (int i = 0; answer.statusCode() == 303 && i < 5; i++) {
            earlier = logOf(address).size();
            browser.cookies.clear();
            answer = behindFiveWrongPasswords();
        }

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(header(answer, "Retry-After")).isEqualTo("1");
        var all = logOf(address);
        assertThat(all).noneMatch(line -> line.contains("secret"));
        var log = all.subList(earlier, all.size());
        assertThat(log).hasSize(6);
        assertThat(log.getFirst())
                .isEqualTo("WARN org.tarishi.core.admin.Access console login failed, user=admin address=" + address);
        assertThat(log.get(4)).contains("user=(unknown)");
    }

    private HttpResponse<String> behindFiveWrongPasswords() throws IOException, InterruptedException {
        for (var i = 0; i < 5; i++) {
            var answer = browser.logIn(i == 4 ? "wrong-secret-4" : "admin", "wrong-secret-" + i, "/");
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).contains("User or password is wrong.").doesNotContain("secret");
        }
        return browser.logIn("admin", password, "/");
    }

    @Test
    void aLoginWithoutTheFormsTokenIsNotEvenTried() throws IOException, InterruptedException {
        browser.get("/tarishi/login");
        var fields = Map.of("user", "admin", "password", password);

        assertThat(browser.post("/tarishi/login", fields).statusCode()).isEqualTo(403);
        browser.cookies.clear();
        assertThat(browser.post("/tarishi/login", Map.of("user", "admin", "password", password, "token", ""))
                        .statusCode())
                .isEqualTo(403);
        assertThat(logOf(address)).isEmpty();
    }

    @Test
    void theLoginsBodyIsBounded() throws IOException, InterruptedException {
        assertThat(browser.post("/tarishi/login", Map.of("user", "a".repeat(9000)))
                        .statusCode())
                .isEqualTo(400);
        assertThat(browser.post("/tarishi/login", "multipart/form-data; boundary=xyz", new byte[10])
                        .statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/form-data", "multipart/form-data; boundary=xyz"})
    void whatGoesWrongInsideStaysInside(String type) throws IOException, InterruptedException {
        logIn();

        var answer = browser.post("/system/console/bundles", type, "--nothing".getBytes(UTF_8));

        assertThat(answer.statusCode()).isBetween(400, 599);
        assertThat(answer.body())
                .hasSizeLessThan(100)
                .doesNotContain("Exception", "org.apache", "\tat ", "Jetty", "Caused");
    }

    @Test
    void aBrokenEscapeInTheQueryIsNoFailure() throws IOException, InterruptedException {
        assertThat(raw("GET /tarishi/login?next=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void nextNeverLeadsElsewhere() throws IOException, InterruptedException {
        assertThat(header(browser.logIn("admin", password, "//evil.example/"), "Location"))
                .isEqualTo("/tarishi/");
    }

    @Test
    void aNewPasswordFromTheCommandLineEndsTheUsersSessions() throws IOException, InterruptedException {
        assertThat(run("user", "add", "ops")).matches("user ops, password [a-z2-9-]{23}\n");
        var first = run("password", "ops").replaceFirst("(?s).* (\\S+)\n", "$1");
        assertThat(browser.logIn("ops", first, "/").statusCode()).isEqualTo(303);
        assertThat(browser.get("/tarishi/").statusCode()).isEqualTo(200);

        var second = run("password", "ops").replaceFirst("(?s).* (\\S+)\n", "$1");

        assertThat(browser.get("/tarishi/").statusCode()).isEqualTo(303);
        assertThat(browser.logIn("ops", first, "/").statusCode()).isEqualTo(401);
        assertThat(browser.logIn("ops", second, "/").statusCode()).isEqualTo(303);
        SECRETS.addAll(List.of(first, second));
    }

    @SuppressWarnings("unchecked") // the service is registered with these types, see ConsoleCommand
    private static String run(String... words) {
        BiFunction<List<String>, Appendable, Integer> command =
                container.service(BiFunction.class, "(tarishi.command=console)");
        var out = new StringBuilder();
        var arguments = new ArrayList<>(List.of("/"));
        arguments.addAll(List.of(words));
        assertThat(command.apply(arguments, out)).isZero();
        return out.toString();
    }

    @Test
    void statusSaysWhereTheConsoleIs() {
        assertThat(container.service(Supplier.class, "(tarishi.status=console)").get())
                .isEqualTo(Map.of("ready", true, "lines", List.of(server + "tarishi/")));
    }

    @Test
    void theConsoleWaitsForOurLoginInAnyOrder(@TempDir Path other) throws Exception {
        try (var late = new Container(other, REQUIRED, false);
                var stranger = new Browser(late.http(), "127.0.0.1")) {
            assertThat(stranger.get("/system/console/bundles", "Authorization", DEFAULT_LOGIN)
                            .statusCode())
                    .isEqualTo(404);

            var admin = late.admin();
            await().untilAsserted(
                            () -> assertThat(stranger.get("/system/console/bundles", "Authorization", DEFAULT_LOGIN)
                                            .statusCode())
                                    .isEqualTo(303));
            admin.stop();
            assertThat(stranger.get("/system/console/bundles", "Authorization", DEFAULT_LOGIN)
                            .statusCode())
                    .isEqualTo(404);
            late.bundle("org.apache.felix.webconsole").stop();
            admin.start();
            late.bundle("org.apache.felix.webconsole").start();
            await().untilAsserted(
                            () -> assertThat(stranger.get("/system/console/bundles", "Authorization", DEFAULT_LOGIN)
                                            .statusCode())
                                    .isEqualTo(303));
        }
    }

    @Test
    void aConsoleThatDoesNotWaitForUsIsClosedOnceWeAreThereAndTheLogSaysWhatIsMissing(@TempDir Path other)
            throws Exception {
        try (var open = new Container(other, Map.of(), false);
                var stranger = new Browser(open.http(), "127.0.0.1")) {
            // What makes the property necessary: the console's own login holds until ours comes.
            await().untilAsserted(
                            () -> assertThat(stranger.get("/system/console/bundles", "Authorization", DEFAULT_LOGIN)
                                            .statusCode())
                                    .isEqualTo(200));

            open.admin();

            await().untilAsserted(
                            () -> assertThat(stranger.get("/system/console/bundles", "Authorization", DEFAULT_LOGIN)
                                            .statusCode())
                                    .isEqualTo(303));
            assertThat(LOG)
                    .contains("ERROR org.tarishi.core.admin.FelixConsole framework property"
                            + " felix.webconsole.security.providers: must be org.tarishi.core.admin, or the console has its"
                            + " default login at times");
        }
    }

    @Test
    void withNobodyToTellThereIsNoAccountUntilTheCommandMakesOne(@TempDir Path other) throws Exception {
        try (var silent = new Container(other, REQUIRED, false)) {
            silent.admin();
            await().untilAsserted(() -> assertThat(LOG)
                    .contains("WARN org.tarishi.core.admin.FirstStart console has no user yet; make one with:"
                            + " tarishi console user add admin"));

            assertThat(other.resolve("data")).doesNotExist();
        }
    }
}
