package org.tarishi.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The pages in {@code hooks/} say what the API's own documentation says: they are made from it.
 *
 * <p>{@code mvn test -pl bundles/api -Dtest=HookPagesTest -Dtarishi.pages=write} makes them anew.
 */
final class HookPagesTest {

    private static final Path SOURCES = Path.of("src/main/java/org/tarishi/api");
    private static final Path PAGES = Path.of("hooks");
    private static final boolean WRITE = "write".equals(System.getProperty("tarishi.pages"));

    private static final Pattern TYPE_DOC = Pattern.compile("/\\*\\*(.*?)\\*/\\s*@ConsumerType", Pattern.DOTALL);
    private static final Pattern METHOD = Pattern.compile(
            "    /\\*\\*(.*?)\\*/\\s+((?:default )?[A-Z a-z<>]+ \\w+\\([^)]*\\)[^;{]*)[;{]", Pattern.DOTALL);
    private static final Pattern FIRST_SENTENCE =
            Pattern.compile("/\\*\\*(.*?)\\*/\\s*(?:@\\w+[^\\n]*\\s+)*public", Pattern.DOTALL);

    /** The moment at which each is asked; what watches has none. */
    private static final Map<String, String> MOMENTS = Map.ofEntries(
            Map.entry("RdnsHook", "lookup_rdns"),
            Map.entry("ConnectHook", "connect"),
            Map.entry("HelloHook", "helo, ehlo"),
            Map.entry("CapabilityHook", "capabilities"),
            Map.entry("UnknownCommandHook", "unrecognized_command"),
            Map.entry("VerbHandler", "unrecognized_command"),
            Map.entry("MailHook", "mail"),
            Map.entry("RcptHook", "rcpt"),
            Map.entry("RcptOkHook", "rcpt_ok"),
            Map.entry("DataHook", "data"),
            Map.entry("BodyHook", "body"),
            Map.entry("AttachmentHook", "attachment"),
            Map.entry("DataPostHook", "data_post"),
            Map.entry("TooBigHook", "max_data_exceeded"),
            Map.entry("QueueHook", "queue"),
            Map.entry("QueueOutboundHook", "queue_outbound"),
            Map.entry("QueuedHook", "queue_ok"),
            Map.entry("DenyHook", "deny"),
            Map.entry("VrfyHook", "vrfy"),
            Map.entry("NoopHook", "noop"),
            Map.entry("RsetHook", "rset"),
            Map.entry("QuitHook", "quit"),
            Map.entry("SubmitHook", "pre_send_trans_email"),
            Map.entry("SendHook", "send_email"),
            Map.entry("RouteHook", "get_mx"),
            Map.entry("DeferredHook", "deferred"),
            Map.entry("BounceHook", "bounce"),
            Map.entry("SessionListener", "connect_init, disconnect"),
            Map.entry("TransactionListener", "reset_transaction"),
            Map.entry("DeliveryListener", "delivered"),
            Map.entry("ResultListener", "–"));

    @TestFactory
    Stream<DynamicTest> eachHookHasThePageThatItsDocumentationMakes() throws IOException {
        return hooks().entrySet().stream()
                .map(hook -> DynamicTest.dynamicTest(hook.getKey(), () -> {
                    var file = PAGES.resolve(hook.getKey() + ".md");
                    var page = page(hook.getKey(), hook.getValue());
                    if (WRITE) {
                        Files.createDirectories(PAGES);
                        Files.writeString(file, page);
                    }
                    assertThat(file).hasContent(page);
                }));
    }

    @Test
    void thereIsNoPageOfAHookThatIsGone() throws IOException {
        try (var pages = Files.list(PAGES)) {
            assertThat(pages.map(p -> p.getFileName().toString().replace(".md", "")))
                    .containsExactlyInAnyOrderElementsOf(hooks().keySet());
        }
    }

    @Test
    void theListOfAllHooksIsTheOneOfTheirDocumentation() throws IOException {
        var readme = Path.of("README.md");
        var text = Files.readString(readme);
        var begin = "<!-- hooks: made from the documentation -->\n";
        var end = "<!-- /hooks -->";
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf(end);
        assertThat(from).isGreaterThan(begin.length());
        var table = new StringBuilder("| interface | moment | |\n|---|---|---|\n");
        for (var hook : hooks().entrySet()) {
            table.append("| [`%s`](hooks/%s.md) | %s | %s |\n"
                    .formatted(
                            hook.getKey(),
                            hook.getKey(),
                            MOMENTS.get(hook.getKey()),
                            paragraphs(match(TYPE_DOC, hook.getValue()).group(1))
                                    .getFirst()));
        }
        if (WRITE) {
            Files.writeString(readme, text.substring(0, from) + table + text.substring(to));
        }
        assertThat(Files.readString(readme)).contains(begin + table + end);
    }

    private static Map<String, String> hooks() throws IOException {
        var hooks = new TreeMap<String, String>();
        try (var files = Files.list(SOURCES.resolve("hook"))) {
            for (var file : files.toList()) {
                var name = file.getFileName().toString().replace(".java", "");
                if (MOMENTS.containsKey(name)) {
                    hooks.put(name, Files.readString(file));
                } else {
                    assertThat(name)
                            .as("every hook has its moment here")
                            .doesNotEndWith("Hook")
                            .doesNotEndWith("Listener");
                }
            }
        }
        assertThat(hooks).hasSize(MOMENTS.size());
        return hooks;
    }

    private static String page(String name, String source) throws IOException {
        var page = new StringBuilder("# " + name + "\n\n");
        var doc = paragraphs(match(TYPE_DOC, source).group(1));
        page.append(doc.getFirst()).append("\n\n");
        var moment = MOMENTS.getOrDefault(name, "–");
        if (!moment.equals("–")) {
            page.append("Moment, as in settings and logs (Haraka's name of the hook): `")
                    .append(moment.replace(", ", "`, `"))
                    .append("`\n\n");
        }
        var methods = METHOD.matcher(source);
        var signatures = new ArrayList<String>();
        while (methods.find()) {
            var signature = methods.group(2).replaceAll("\\s+", " ").trim();
            signatures.add(signature);
            page.append("```java\n").append(signature).append(";\n```\n\n");
            paragraphs(methods.group(1)).forEach(p -> page.append(p).append("\n\n"));
        }
        assertThat(signatures).as(name).isNotEmpty();
        doc.stream().skip(1).forEach(p -> page.append(p).append("\n\n"));
        page.append("## What it is given, and what it answers\n\n");
        for (var type : types(signatures)) {
            page.append("- `")
                    .append(type.getKey())
                    .append("`: ")
                    .append(type.getValue())
                    .append('\n');
        }
        return page.toString();
    }

    /** The API's types in these signatures, each with its first sentence. */
    private static List<Map.Entry<String, String>> types(List<String> signatures) throws IOException {
        var names = Pattern.compile("\\b[A-Z]\\w+")
                .matcher(String.join(" ", signatures))
                .results()
                .map(r -> r.group())
                .distinct()
                .sorted()
                .toList();
        var found = new ArrayList<Map.Entry<String, String>>();
        for (var name : names) {
            try (var files = Files.walk(SOURCES)) {
                var file = files.filter(f -> f.getFileName().toString().equals(name + ".java"))
                        .findFirst();
                if (file.isPresent()) {
                    var doc = paragraphs(
                            match(FIRST_SENTENCE, Files.readString(file.get())).group(1));
                    found.add(Map.entry(name, doc.getFirst()));
                }
            }
        }
        return found;
    }

    private static Matcher match(Pattern pattern, String text) {
        var matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher;
    }

    private static List<String> paragraphs(String javadoc) {
        var text = javadoc.lines()
                .map(line -> line.replaceFirst("^\\s*\\* ?", "").trim())
                .takeWhile(line -> !line.startsWith("@") && !line.startsWith("<pre>"))
                .collect(Collectors.joining(" "))
                .replaceAll("\\{@code ([^}]*)}", "`$1`")
                .replaceAll("\\{@link(?:plain)? (?:[\\w.]*\\.)?#?([A-Z]\\w*)#?(\\w*)(?:\\([^)]*\\))?}", "`$1.$2`")
                .replaceAll("\\.`", "`")
                .replaceAll("</?b>", "**");
        return Stream.of(text.split("<p>", -1))
                .map(p -> p.trim().replaceAll("\\s+", " "))
                .filter(p -> !p.isEmpty())
                .toList();
    }
}
