package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tarishi.core.spi.PluginAdministration;

/** Requests become the command line's words, and its answers JSON. */
class PluginsApiTest {

    private static final String JAR = "application/java-archive";

    @TempDir
    Path data;

    private final List<String> asked = new ArrayList<>();
    private PluginAdministration.Result result = PluginAdministration.Result.DONE;
    private PluginsApi api = new PluginsApi(new Uploads(Path.of("missing")));

    /** Says what it was asked; files by what is in them. */
    private final class Told implements PluginAdministration {

        @Override
        public Outcome carryOut(String door, List<String> words) {
            var shown = new ArrayList<String>();
            for (var word : words) {
                try {
                    shown.add(word.startsWith(data.toString()) ? "<" + Files.readString(Path.of(word)) + ">" : word);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
            asked.add(door + " " + String.join(" ", shown));
            return new Outcome(result, List.of("a \"line\""));
        }

        @Override
        public List<Version> versions() {
            return List.of(
                    new Version("p", "1.0.0", Set.of("p"), State.IN_FORCE, null, null, null),
                    new Version("p", "0.9.0", Set.of("p"), State.KEPT, "0a", Instant.EPOCH, "command"));
        }

        @Override
        public List<Event> events() {
            return List.of(new Event(Instant.EPOCH, "command", "p", "installed", "p 1.0.0 is in force"));
        }
    }

    @BeforeEach
    void open() {
        api = new PluginsApi(new Uploads(data));
        api.plugins(new Told());
    }

    private String ask(String method, String path, String type, String body) throws Exception {
        int at = path.indexOf('?');
        @Nullable String query = at < 0 ? null : path.substring(at + 1);
        var info = at < 0 ? path : path.substring(0, at);
        var in = new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
        var request = fake(HttpServletRequest.class, (name, args) -> switch (name) {
            case "getMethod" -> method;
            case "getPathInfo" -> info.isEmpty() ? null : info;
            case "getQueryString" -> query;
            case "getContentType" -> type.isEmpty() ? null : type;
            case "getRemoteUser" -> "admin";
            case "getInputStream" -> new In(in);
            default -> throw new UnsupportedOperationException(name);
        });
        var out = new ByteArrayOutputStream();
        var status = new int[1];
        var response = fake(HttpServletResponse.class, (name, args) -> {
            switch (name) {
                case "setStatus" -> status[0] = (Integer) args[0];
                case "setContentType" -> assertThat(args[0]).isEqualTo("application/json");
                case "getOutputStream" -> {
                    return new Out(out);
                }
                case "setHeader", "setContentLength" -> {}
                default -> throw new UnsupportedOperationException(name);
            }
            return null;
        });
        switch (method) {
            case "GET" -> api.doGet(request, response);
            case "POST" -> api.doPost(request, response);
            default -> api.doDelete(request, response);
        }
        return status[0] + " " + out.toString(StandardCharsets.UTF_8).strip();
    }

    private interface Answers {
        @Nullable Object answer(String method, Object[] args) throws Exception;
    }

    private static <T> T fake(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(
                PluginsApiTest.class.getClassLoader(),
                new Class<?>[] {type},
                (self, method, args) -> answers.answer(method.getName(), args == null ? new Object[0] : args)));
    }

    private static final class In extends ServletInputStream {
        private final ByteArrayInputStream bytes;

        In(ByteArrayInputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] into, int from, int most) {
            return bytes.read(into, from, most);
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Out extends ServletOutputStream {
        private final ByteArrayOutputStream bytes;

        Out(ByteArrayOutputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public void write(int b) {
            bytes.write(b);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET    | /greylist                                    | why greylist",
                "GET    | /trial                                       | canary report",
                "GET    | /trial?mode=shadow                           | shadow report",
                "POST   |                                              | install <jar>",
                "POST   | ?dry-run                                     | install <jar> --dry-run",
                "POST   | ?update=true&allow-downgrade=true            | update <jar> --allow-downgrade",
                "POST   | ?update&yes                                  | update <jar> --yes",
                "POST   | /greylist/rollback                           | rollback greylist",
                "POST   | /greylist/rollback?version=1.2.0&settings&dry-run=false | rollback greylist 1.2.0 --settings",
                "POST   | /trial?percent=10                            | canary <jar> --percent 10",
                "POST   | /trial?client=192.0.2.0/24,2001:db8::1&dry-run | canary <jar> --client 192.0.2.0/24,2001:db8::1 --dry-run",
                "POST   | /trial?mode=shadow                           | shadow <jar>",
                "POST   | /trial/promote                               | canary promote",
                "DELETE | /trial?mode=shadow&dry-run                   | shadow drop --dry-run",
                "DELETE | /greylist?purge                              | remove greylist --purge"
            })
    void aRequestBecomesACommand(String method, @Nullable String path, String words) throws Exception {
        assertThat(ask(method, path == null ? "" : path, JAR, "jar"))
                .isEqualTo("200 {\"done\":true,\"lines\":[\"a \\\"line\\\"\"]}");
        assertThat(asked).containsExactly("rest:admin " + words);
        try (var left = Files.walk(data)) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET    | /a/b                    | 404",
                "GET    | /--purge                | 404",
                "GET    | /a b                    | 404",
                "GET    | /../x                   | 404",
                "GET    | ?x                      | 400",
                "POST   | ?dryrun                 | 400",
                "POST   | ?dry-run=maybe          | 400",
                "POST   | /p/rollback?version=--settings | 400",
                "POST   | /trial?mode=loud        | 400",
                "POST   | /trial?client=--dry-run | 400",
                "POST   | /p                      | 404",
                "DELETE | /history                | 404",
                "DELETE | ''                      | 404"
            })
    void whatIsNoneIsRefusedAndNothingIsDone(String method, String path, int status) throws Exception {
        assertThat(ask(method, path, JAR, "jar")).startsWith(status + " {\"error\":");
        assertThat(asked).isEmpty();
    }

    @Test
    void aRefusalIsAConflictAndAWrongCommandABadRequest() throws Exception {
        result = PluginAdministration.Result.REFUSED;
        assertThat(ask("POST", "", JAR, "jar")).startsWith("409 {\"done\":false,");
        result = PluginAdministration.Result.BAD_USAGE;
        assertThat(ask("POST", "", JAR, "jar")).startsWith("400 {\"done\":false,");
    }

    @ParameterizedTest
    @CsvSource({"''", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"})
    void aBodyThatAFormCouldSendIsNoJar(String type) throws Exception {
        assertThat(ask("POST", "", type, "jar")).startsWith("415 ");
        assertThat(asked).isEmpty();
    }

    @Test
    void theListAndTheHistoryAreData() throws Exception {
        assertThat(ask("GET", "", "", ""))
                .isEqualTo(
                        "200 {\"plugins\":[{\"bundle\":\"p\",\"version\":\"1.0.0\",\"plugins\":[\"p\"],\"state\":\"in_force\","
                                + "\"hash\":null,\"when\":null,\"door\":null},{\"bundle\":\"p\",\"version\":\"0.9.0\",\"plugins\":[\"p\"],"
                                + "\"state\":\"kept\",\"hash\":\"0a\",\"when\":\"1970-01-01T00:00:00Z\",\"door\":\"command\"}]}");
        assertThat(ask("GET", "/history", "", ""))
                .isEqualTo(
                        "200 {\"events\":[{\"when\":\"1970-01-01T00:00:00Z\",\"door\":\"command\",\"bundle\":\"p\",\"kind\":"
                                + "\"installed\",\"text\":\"p 1.0.0 is in force\"}]}");
    }

    @Test
    void withoutCoreDeployItIsToBeTriedAgain() throws Exception {
        api = new PluginsApi(new Uploads(data));
        assertThat(ask("GET", "", "", "")).startsWith("503 {\"error\":");
    }
}
