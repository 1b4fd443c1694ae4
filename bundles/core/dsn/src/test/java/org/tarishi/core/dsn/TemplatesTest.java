package org.tarishi.core.dsn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplatesTest {

    private static Map<String, byte[]> files(String... namesAndTexts) {
        var files = new HashMap<String, byte[]>();
        for (int i = 0; i < namesAndTexts.length; i += 2) {
            files.put(namesAndTexts[i], namesAndTexts[i + 1].getBytes(UTF_8));
        }
        return files;
    }

    @Test
    void everyPlaceholderOfHarakaHasAValue() throws Exception {
        var names = "{pid} {date} {me} {from} {to} {subject} {recipients} {reason} {extended_reason} {msgid}";
        var all = new EnumMap<Placeholder, String>(Placeholder.class);
        Arrays.stream(Placeholder.values()).forEach(place -> all.put(place, place.name()));

        assertThat(Template.of("x", names).text(all))
                .isEqualTo("PID DATE ME FROM TO SUBJECT RECIPIENTS REASON EXTENDED_REASON MSGID");
    }

    @Test
    void theyAreFilledInWhatIsComposed() throws Exception {
        var templates = Templates.of(
                files(
                        "failed.txt",
                        "Subject: About {subject}\n\n{pid}|{date}|{me}|{from}|{to}|{recipients}|{reason}|{extended_reason}|{id}"),
                "");
        var composer = new Composer(
                Samples.settings(), templates, Samples.HOST, Samples.CLOCK, new java.util.SplittableRandom(1));
        var parsed = Parsed.of(Samples.compose(
                composer,
                Samples.mail(Samples.PLAIN),
                Samples.failed("a@example.net"),
                Samples.failed("b@example.net")));

        assertThat(parsed.header("Subject")).isEqualTo("About Hello");
        assertThat(parsed.people().replace("\r\n", "\n"))
                .isEqualTo(ProcessHandle.current().pid() + "|Sat, 28 Nov 2026 10:00:00 +0000|mail.example.com"
                        + "|MAILER-DAEMON@mail.example.com|me@client.example|<a@example.net>\n<b@example.net>"
                        + "|The recipient's host refused the mail."
                        + "|<a@example.net>: mx.example.net said: 550 5.1.1 No such user here"
                        + "\n<b@example.net>: mx.example.net said: 550 5.1.1 No such user here|A1B2.1.1");
        assertThat(parsed.part(0).getMimeType()).isEqualTo("text/plain");
    }

    @Test
    void valuesAreEscapedInHtmlAndTheirLinesBroken() throws Exception {
        var values = Map.of(Placeholder.REASON, "<b> & \"c\" 'd'\ne");
        assertThat(Template.of("x", "<p title=\"{reason}\">").html(values))
                .isEqualTo("<p title=\"&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;<br>\ne\">");
    }

    @Test
    void aValueIsNoTemplate() throws Exception {
        var values = Map.of(Placeholder.SUBJECT, "{reason} {nothing}", Placeholder.REASON, "why");
        assertThat(Template.of("x", "{subject}").text(values)).isEqualTo("{reason} {nothing}");
    }

    @Test
    void otherBracesAreText() throws Exception {
        var css = "p { color: red } {A} { me } {}";
        assertThat(Template.of("x", css).text(Map.of())).isEqualTo(css);
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            failed.txt   | Subject: x\\n\\n\\n{nobody} | failed.txt:2: there is no placeholder {nobody}
            failed.txt   | Subject: {nobody}\\n\\nx    | failed.txt:1: there is no placeholder {nobody}
            failed.html  | {me}{nobody}                | failed.html:1: there is no placeholder {nobody}
            delayed.txt  | no subject\\n\\nx           | delayed.txt:1: want Subject:
            delayed.txt  | Subject: x\\nFrom: y\\n\\nx | delayed.txt:1: want Subject:
            delayed.txt  | Subject:\\n\\nx             | delayed.txt:1: the subject is empty
            success.txt  | Subject: x                  | success.txt:1: want Subject:
            success.html | a\\u0000b                   | success.html holds a control character
            """)
    void aBadOneIsRefusedByFileAndLine(String file, String text, String reason) {
        assertThatThrownBy(() ->
                        Templates.of(files(file, text.replace("\\n", "\n").replace("\\u0000", "\0")), ""))
                .isInstanceOf(BadFileException.class)
                .hasMessageStartingWith(reason);
    }

    @Test
    void aKindWithATextOfItsOwnHasNoShippedHtmlAndOneWithHtmlTheShippedText() throws Exception {
        var templates = Templates.of(files("failed.txt", "Subject: x\r\n\r\nown", "delayed.html", "own"), "");

        assertThat(templates.of(Kind.FAILED).text()).hasToString("own");
        assertThat(templates.of(Kind.FAILED).html()).isNull();
        assertThat(templates.of(Kind.DELAYED).html()).hasToString("own");
        assertThat(templates.of(Kind.DELAYED).text().toString()).contains("{details}");
        assertThat(templates.of(Kind.SUCCESS).html()).isNotNull();
    }

    @Test
    void anImageThatIsNotThereIsMissed() {
        assertThatThrownBy(() -> Templates.of(Map.of(), "logo.png"))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("logo.png");
    }
}
