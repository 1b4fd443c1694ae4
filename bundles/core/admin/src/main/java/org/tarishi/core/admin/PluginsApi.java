package org.tarishi.core.admin;

import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;
import org.tarishi.core.spi.PluginAdministration;

/**
 * The plugins over HTTP, at {@code /tarishi/api/plugins}: what {@code tarishi plugin} does, as JSON, behind the console's login. What changes something is a
 * POST or DELETE, and so has to come from this very host and port, as {@link Guard} sees to.
 */
@Component(service = Servlet.class)
@HttpWhiteboardContextSelect(Pages.SELECT)
@HttpWhiteboardServletPattern({PluginsApi.PATH, PluginsApi.PATH + "/*"})
@SuppressWarnings("serial") // the servlet API makes servlets serializable; nobody serializes this one
public final class PluginsApi extends HttpServlet {

    static final String PATH = "/api/plugins";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
    private static final Pattern LIST = Pattern.compile("[0-9A-Fa-f:.,/]{1,4000}");
    private static final Set<String> TYPES = Set.of("application/java-archive", "application/octet-stream");
    private static final int WRONG_TYPE = HttpServletResponse.SC_UNSUPPORTED_MEDIA_TYPE;

    private final Uploads uploads;

    @Reference(
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            cardinality = ReferenceCardinality.OPTIONAL)
    private volatile @Nullable PluginAdministration plugins;

    /** Keeps uploads below the folder of the framework property {@code tarishi.data} while they are looked at. */
    @Activate
    public PluginsApi(BundleContext context) {
        this(new Uploads(context));
    }

    PluginsApi(Uploads uploads) {
        this.uploads = uploads;
    }

    void plugins(PluginAdministration administration) {
        plugins = administration;
    }

    /** A request that is refused before anything is done. */
    private static final class BadRequestException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        BadRequestException(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    /** What a request is to be answered with. */
    private interface Answer {
        void give(PluginAdministration there, List<String> path) throws IOException, BadRequestException;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        answer(request, response, (there, path) -> {
            switch (path.size()) {
                case 0 -> {
                    only(request);
                    send(response, HttpServletResponse.SC_OK, Map.of("plugins", versions(there)));
                }
                case 1 -> {
                    switch (path.getFirst()) {
                        case "history" -> {
                            only(request);
                            send(response, HttpServletResponse.SC_OK, Map.of("events", events(there)));
                        }
                        case "trial" -> {
                            only(request, "mode");
                            run(there, request, response, List.of(mode(request), "report"));
                        }
                        default -> {
                            only(request);
                            run(there, request, response, List.of("why", path.getFirst()));
                        }
                    }
                }
                default -> throw notFound();
            }
        });
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        answer(request, response, (there, path) -> {
            if (path.isEmpty()) {
                only(request, "update", "dry-run", "allow-downgrade", "yes");
                var verb = flag(request, "update") ? "update" : "install";
                withFile(
                        request,
                        file -> run(
                                there,
                                request,
                                response,
                                words(request, List.of(verb, file), "dry-run", "allow-downgrade", "yes")));
            } else if (path.equals(List.of("trial"))) {
                only(request, "mode", "percent", "client", "dry-run");
                var words = new ArrayList<String>();
                value(request, "percent", NAME).ifPresent(percent -> words.addAll(List.of("--percent", percent)));
                value(request, "client", LIST).ifPresent(clients -> words.addAll(List.of("--client", clients)));
                var mode = mode(request);
                withFile(request, file -> {
                    var all = new ArrayList<>(List.of(mode, file));
                    all.addAll(words);
                    run(there, request, response, words(request, all, "dry-run"));
                });
            } else if (path.equals(List.of("trial", "promote"))) {
                only(request, "mode", "dry-run");
                run(there, request, response, words(request, List.of(mode(request), "promote"), "dry-run"));
            } else if (path.size() == 2 && path.get(1).equals("rollback")) {
                only(request, "version", "settings", "dry-run");
                var words = new ArrayList<>(List.of("rollback", path.getFirst()));
                value(request, "version", NAME).ifPresent(words::add);
                run(there, request, response, words(request, words, "settings", "dry-run"));
            } else {
                throw notFound();
            }
        });
    }

    @Override
    protected void doDelete(HttpServletRequest request, HttpServletResponse response) throws IOException {
        answer(request, response, (there, path) -> {
            if (path.equals(List.of("trial"))) {
                only(request, "mode", "dry-run");
                run(there, request, response, words(request, List.of(mode(request), "drop"), "dry-run"));
            } else if (path.size() == 1 && !path.getFirst().equals("history")) {
                only(request, "purge", "dry-run");
                run(there, request, response, words(request, List.of("remove", path.getFirst()), "purge", "dry-run"));
            } else {
                throw notFound();
            }
        });
    }

    private void answer(HttpServletRequest request, HttpServletResponse response, Answer answer) throws IOException {
        var there = plugins;
        if (there == null) {
            error(
                    response,
                    HttpServletResponse.SC_SERVICE_UNAVAILABLE,
                    "the server is starting or stopping: try again");
            return;
        }
        try {
            answer.give(there, path(request));
        } catch (BadRequestException e) {
            error(response, e.status, String.valueOf(e.getMessage()));
        }
    }

    /** Returns the names below ours; what is no name can't be one of an option either. */
    private static List<String> path(HttpServletRequest request) throws BadRequestException {
        var info = request.getPathInfo();
        if (info == null || info.equals("/")) {
            return List.of();
        }
        var names = List.of(info.substring(1).split("/", -1));
        if (!names.stream().allMatch(name -> NAME.matcher(name).matches())) {
            throw notFound();
        }
        return names;
    }

    private static BadRequestException notFound() {
        return new BadRequestException(HttpServletResponse.SC_NOT_FOUND, "there is nothing of this name");
    }

    private static BadRequestException bad(String message) {
        return new BadRequestException(HttpServletResponse.SC_BAD_REQUEST, message);
    }

    /** Refuses parameters that are not known: one that is misspelt may be the one that keeps all as it is. */
    private static void only(HttpServletRequest request, String... known) throws BadRequestException {
        for (var name : parameters(request).keySet()) {
            if (!Set.of(known).contains(name)) {
                throw bad("unknown parameter; known are: " + String.join(", ", new TreeSet<>(Set.of(known))));
            }
        }
    }

    /** Returns the parameters of the query; the body is never one. */
    private static Map<String, String> parameters(HttpServletRequest request) throws BadRequestException {
        var query = request.getQueryString();
        if (query == null || query.isEmpty()) {
            return Map.of();
        }
        var pairs = new ArrayList<String>();
        for (var pair : query.split("&", -1)) {
            pairs.add(pair.indexOf('=') < 0 ? pair + "=true" : pair);
        }
        return Form.parse(String.join("&", pairs))
                .orElseThrow(() -> bad("the query can't be read"))
                .fields();
    }

    private static boolean flag(HttpServletRequest request, String name) throws BadRequestException {
        var value = parameters(request).get(name);
        if (value != null && !value.equals("true") && !value.equals("false")) {
            throw bad(name + ": want true or false");
        }
        return "true".equals(value);
    }

    private static Optional<String> value(HttpServletRequest request, String name, Pattern wanted)
            throws BadRequestException {
        var value = parameters(request).get(name);
        if (value != null && !wanted.matcher(value).matches()) {
            throw bad(name + ": has letters in it that no such value has");
        }
        return Optional.ofNullable(value);
    }

    private static String mode(HttpServletRequest request) throws BadRequestException {
        var mode = parameters(request).getOrDefault("mode", "canary");
        if (!mode.equals("canary") && !mode.equals("shadow")) {
            throw bad("mode: want canary or shadow");
        }
        return mode;
    }

    /** Returns words with the options that a request sets. */
    private static List<String> words(HttpServletRequest request, List<String> words, String... flags)
            throws BadRequestException {
        var all = new ArrayList<>(words);
        for (var name : flags) {
            if (flag(request, name)) {
                all.add("--" + name);
            }
        }
        return all;
    }

    /** What is done with a file. */
    private interface Use {
        void of(String file) throws IOException, BadRequestException;
    }

    private void withFile(HttpServletRequest request, Use use) throws IOException, BadRequestException {
        var type = Objects.requireNonNullElse(request.getContentType(), "")
                .split(";", 2)[0]
                .strip();
        if (!TYPES.contains(type.toLowerCase(Locale.ROOT))) {
            throw new BadRequestException(WRONG_TYPE, "send the jar as the body, as application/java-archive");
        }
        try {
            var file = uploads.keep(request.getInputStream());
            try {
                use.of(file.toAbsolutePath().toString());
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (Uploads.TooLargeException e) {
            throw new BadRequestException(
                    HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE, String.valueOf(e.getMessage()));
        }
    }

    private static void run(
            PluginAdministration there, HttpServletRequest request, HttpServletResponse response, List<String> words)
            throws IOException {
        var outcome = there.carryOut("rest:" + request.getRemoteUser(), words);
        var body = new LinkedHashMap<String, Object>();
        body.put("done", outcome.result() == PluginAdministration.Result.DONE);
        body.put("lines", outcome.lines());
        send(
                response,
                switch (outcome.result()) {
                    case DONE -> HttpServletResponse.SC_OK;
                    case REFUSED -> HttpServletResponse.SC_CONFLICT;
                    case BAD_USAGE -> HttpServletResponse.SC_BAD_REQUEST;
                },
                body);
    }

    private static List<Map<String, @Nullable Object>> versions(PluginAdministration there) {
        var all = new ArrayList<Map<String, @Nullable Object>>();
        for (var version : there.versions()) {
            var one = new LinkedHashMap<String, @Nullable Object>();
            one.put("bundle", version.bundle());
            one.put("version", version.version());
            one.put("plugins", new TreeSet<>(version.plugins()));
            one.put("state", version.state().name().toLowerCase(Locale.ROOT));
            one.put("hash", version.hash());
            one.put("when", version.when());
            one.put("door", version.door());
            all.add(one);
        }
        return all;
    }

    private static List<Map<String, Object>> events(PluginAdministration there) {
        var all = new ArrayList<Map<String, Object>>();
        for (var event : there.events()) {
            var one = new LinkedHashMap<String, Object>();
            one.put("when", event.when());
            one.put("door", event.door());
            one.put("bundle", event.bundle());
            one.put("kind", event.kind());
            one.put("text", event.text());
            all.add(one);
        }
        return all;
    }

    private static void error(HttpServletResponse response, int status, String message) throws IOException {
        send(response, status, Map.of("error", message));
    }

    private static void send(HttpServletResponse response, int status, Map<String, ?> body) throws IOException {
        var bytes = (JsonText.of(body) + "\n").getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
