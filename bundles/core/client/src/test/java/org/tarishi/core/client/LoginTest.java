package org.tarishi.core.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.Reply;

class LoginTest {

    private final List<String> said = new ArrayList<>();
    private final List<String> shown = new ArrayList<>();
    private final Deque<String> replies = new ArrayDeque<>();

    private Login login(boolean isPrivate, String nonce) {
        return new Login(
                (command, forLog) -> {
                    said.add(command);
                    shown.add(forLog);
                    var reply = replies.removeFirst();
                    return Reply.of(
                            Integer.parseInt(reply.substring(0, 3)), reply.length() > 4 ? reply.substring(4) : "");
                },
                isPrivate,
                () -> nonce);
    }

    private static Offer offer(String mechanisms) {
        return Offer.of(List.of("mx.example", "AUTH " + mechanisms));
    }

    private Login.End end(String mechanisms, String... answers) throws IOException {
        replies.addAll(Arrays.asList(answers));
        return login(true, "rOprNGfwEbeRWgbNEkqO").with("user", "pencil", offer(mechanisms));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), UTF_8);
    }

    @Test
    void plainIsUserAndSecretAtOnce() throws Exception {
        assertThat(end("PLAIN", "235 in")).isEqualTo(Login.End.Known.KNOWN);
        assertThat(said).containsExactly("AUTH PLAIN " + base64("\0user\0pencil"));
    }

    @Test
    void loginAnswersTwoQuestionsWhateverTheySay() throws Exception {
        assertThat(end("LOGIN", "334 " + base64("Username:"), "334 " + base64("Kennwort"), "235 in"))
                .isEqualTo(Login.End.Known.KNOWN);
        assertThat(said).containsExactly("AUTH LOGIN", base64("user"), base64("pencil"));
    }

    /** The example of RFC 2195 section 2. */
    @Test
    void cramMd5DigestsTheChallenge() throws Exception {
        replies.addAll(List.of("334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+", "235 in"));
        assertThat(login(false, "").with("tim", "tanstaaftanstaaf", offer("CRAM-MD5")))
                .isEqualTo(Login.End.Known.KNOWN);
        assertThat(text(said.get(1))).isEqualTo("tim b913a602c7eda7a495b4e6e7334d3890");
    }

    private static final String SERVER_FIRST_256 =
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private static final String SERVER_FINAL_256 = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    /** The example of RFC 7677 section 3. */
    @Test
    void scramSha256ProvesBothSides() throws Exception {
        assertThat(end("SCRAM-SHA-256", "334 " + base64(SERVER_FIRST_256), "334 " + base64(SERVER_FINAL_256), "235 in"))
                .isEqualTo(Login.End.Known.KNOWN);
        assertThat(said.get(0)).isEqualTo("AUTH SCRAM-SHA-256 " + base64("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"));
        assertThat(text(said.get(1)))
                .isEqualTo("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                        + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        assertThat(said.get(2)).isEmpty();
    }

    /** The example of RFC 5802 section 5. */
    @Test
    void scramSha1ProvesBothSides() throws Exception {
        replies.addAll(List.of(
                "334 " + base64("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"),
                "334 " + base64("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="),
                "235 in"));
        assertThat(login(false, "fyko+d2lbbFgONRv9qkxdawL").with("user", "pencil", offer("SCRAM-SHA-1")))
                .isEqualTo(Login.End.Known.KNOWN);
        assertThat(text(said.get(1))).endsWith(",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    }

    @Test
    void namesThatScramWouldMisreadAreEscaped() throws Exception {
        replies.addAll(List.of("535 no"));
        login(true, "n").with("a=b,c", "x", offer("SCRAM-SHA-256"));
        assertThat(text(said.getFirst().substring(19))).isEqualTo("n,,n=a=3Db=2Cc,r=n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "r=other,s=QSXC,i=4096",
                "r=rOprNGfwEbeRWgbNEkqO,s=QSXC,i=4096",
                "r=rOprNGfwEbeRWgbNEkqOx,s=QSXC,i=0",
                "r=rOprNGfwEbeRWgbNEkqOx,s=QSXC,i=9999999",
                "r=rOprNGfwEbeRWgbNEkqOx,s=Q,i=4096",
                "e=other-error",
            })
    void aFirstMessageOfScramThatIsNoneIsCalledOff(String challenge) {
        assertThatThrownBy(() -> end("SCRAM-SHA-256", "334 " + base64(challenge), "501 off"))
                .isInstanceOf(IOException.class);
        assertThat(said.getLast()).isEqualTo("*");
    }

    @Test
    void aPeerThatDoesNotKnowTheSecretIsNotBelieved() {
        assertThatThrownBy(() -> end(
                        "SCRAM-SHA-256",
                        "334 " + base64(SERVER_FIRST_256),
                        "334 " + base64("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
                        "501 off"))
                .hasMessageContaining("does not know the secret");
        said.clear();
        assertThatThrownBy(() -> end("SCRAM-SHA-256", "334 " + base64(SERVER_FIRST_256), "235 in"))
                .hasMessageContaining("has not proved");
    }

    @ParameterizedTest(name = "{0}, private {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            LOGIN PLAIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 | true  | AUTH SCRAM-SHA-256
            plain scram-sha-1 cram-md5                     | false | AUTH SCRAM-SHA-1
            LOGIN CRAM-MD5 PLAIN                           | false | AUTH CRAM-MD5
            LOGIN PLAIN XOAUTH2                            | true  | AUTH PLAIN
            GSSAPI LOGIN                                   | true  | AUTH LOGIN
            """)
    void theBestThatIsOfferedIsUsed(String offered, boolean isPrivate, String begin) throws Exception {
        replies.add("535 no");
        login(isPrivate, "n").with("user", "pencil", offer(offered));
        assertThat(said).singleElement().asString().startsWith(begin);
    }

    @Test
    void theSecretItselfNeverGoesWhereOthersListen() throws Exception {
        var end = login(false, "n").with("user", "pencil", offer("PLAIN LOGIN"));
        assertThat(said).isEmpty();
        assertThat(((Login.End.NotOffered) end).reply().toString())
                .startsWith("454 4.7.0 ")
                .contains("open to others");
    }

    @Test
    void nothingThatIsKnownIsARefusalForNow() throws Exception {
        for (var offer : List.of(Offer.NOTHING, offer("GSSAPI"), offer(""))) {
            var end = login(true, "n").with("user", "pencil", offer);
            assertThat(((Login.End.NotOffered) end).reply().code()).isEqualTo(454);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"535 5.7.8 wrong", "454 4.7.0 later", "530 first TLS", "500 what?"})
    void whateverARefusalSaysItIsForNow(String refusal) throws Exception {
        var end = (Login.End.Refused) end("PLAIN", refusal);
        assertThat(end.reply().code()).isEqualTo(454);
        assertThat(end.reply().text()).contains("Login refused by next hop: " + refusal.substring(0, 3));
    }

    @Test
    void aMechanismThatIsNotThereAfterAllGivesWayToTheNext() throws Exception {
        assertThat(end("CRAM-MD5 PLAIN", "504 5.5.4 none such", "235 in")).isEqualTo(Login.End.Known.KNOWN);
        assertThat(said).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"})
    void questionsWithoutAnEndAreNotAnsweredForEver(String mechanism) {
        var endless = new String[20];
        Arrays.fill(endless, "334 " + base64("again"));
        assertThatThrownBy(() -> end(mechanism, endless)).isInstanceOf(IOException.class);
        assertThat(said).hasSizeLessThan(7);
    }

    @Test
    void aChallengeThatIsNoBase64IsCalledOff() {
        assertThatThrownBy(() -> end("CRAM-MD5", "334 @@@", "501 off")).isInstanceOf(IOException.class);
        assertThat(said.getLast()).isEqualTo("*");
    }

    @Test
    void whatTheLogMayHaveHoldsNoSecret() throws Exception {
        end("PLAIN", "235 in");
        end("LOGIN", "334 " + base64("Username:"), "334 " + base64("Password:"), "235 in");
        end("SCRAM-SHA-256", "334 " + base64(SERVER_FIRST_256), "334 " + base64(SERVER_FINAL_256), "235 in");
        assertThat(shown).allMatch(line -> line.matches("AUTH [A-Z0-9-]+( \\*\\*\\*)?|\\*\\*\\*"));
    }
}
