package org.tarishi.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.SaslMechanism;
import org.tarishi.api.service.SaslMechanism.Failure;
import org.tarishi.api.service.SaslMechanism.Success;
import org.tarishi.api.service.TokenVerdict;

/** PLAIN, LOGIN, CRAM-MD5 and bearer tokens. */
final class MechanismTest {

    @TempDir
    Path folder;

    private Sasl sasl = Kit.sasl(Path.of("target/sasl-of-test"), Map.of());

    @BeforeEach
    void begin() {
        sasl = Kit.sasl(folder, Map.of());
    }

    private static FakeStore ann() {
        return new FakeStore().withPassword("ann", "secret");
    }

    // ---- PLAIN

    private static SaslMechanism.Step plain(String response, CredentialStore... stores) throws Exception {
        return Kit.step(Kit.begin(new Plain(), stores), response);
    }

    @Test
    void plainTakesNameAndPassword() throws Exception {
        assertThat(plain("\0ann\0secret", ann())).isEqualTo(new Success("ann"));
        assertThat(plain("ann\0ann\0secret", ann())).isEqualTo(new Success("ann"));
        assertThat(plain("\0ann\0wrong", ann())).isEqualTo(new Failure(null));
        assertThat(plain("\0bob\0secret", ann())).isEqualTo(new Failure(null));
    }

    @Test
    void nobodyActsForSomebodyElse() throws Exception {
        var store = ann();
        assertThat(plain("boss\0ann\0secret", store)).isEqualTo(new Failure(null));
        assertThat(store.asked).isZero();
    }

    @Test
    void whatIsNotPlainIsMalformed() throws Exception {
        for (var response :
                List.of("", "ann", "\0ann", "\0ann\0", "\0\0secret", "\0\0", "\0ann\0sec\0ret", "\0a\u0007\0secret")) {
            assertThat(plain(response, ann())).as(response).isEqualTo(new Failure(Failures.MALFORMED));
        }
        var exchange = Kit.begin(new Plain(), ann());
        assertThat(exchange.step(new byte[] {0, 'a', 'n', 'n', 0, (byte) 0xff, 'x'}))
                .isEqualTo(new Failure(Failures.MALFORMED));
    }

    @Test
    void theFirstStoreThatKnowsTheUserHasTheLastWord() throws Exception {
        var second = new FakeStore().withPassword("ann", "other").withPassword("bob", "secret");
        assertThat(plain("\0ann\0other", ann(), second)).isEqualTo(new Failure(null));
        assertThat(plain("\0bob\0secret", ann(), second)).isEqualTo(new Success("bob"));
    }

    @Test
    void aStoreThatHasNoPasswordsIsNotAskedForThem() throws Exception {
        var tokens = new FakeStore().withToken("t", TokenVerdict.accepted("ann"));
        assertThat(plain("\0ann\0secret", tokens, ann())).isEqualTo(new Success("ann"));
        assertThat(tokens.asked).isZero();
    }

    @Test
    void aStoreThatCantBeAskedIsNotPassedOver() {
        var away = new FakeStore().withPassword("x", "y");
        away.isAway = true;
        assertThatThrownBy(() -> plain("\0ann\0secret", away, ann())).isInstanceOf(LookupException.class);
    }

    @Test
    void aPasswordIsTakenAsItWasSentAndAsSaslPrepMakesIt() throws Exception {
        var store = new FakeStore().withPassword("ann", "I\u00adX").withPassword("bob", "IX");
        assertThat(plain("\0ann\0I\u00adX", store)).isEqualTo(new Success("ann"));
        assertThat(plain("\0bob\0I\u00adX", store)).isEqualTo(new Success("bob"));
    }

    @Test
    void whoTheClientSaysItIsIsToldAlsoWhenItFails() throws Exception {
        var exchange = Kit.begin(new Plain(), ann());
        assertThat(exchange.user()).isEmpty();
        assertThat(Kit.step(exchange, "\0ann\0wrong")).isInstanceOf(Failure.class);
        assertThat(exchange.user()).contains("ann");
    }

    // ---- LOGIN

    @Test
    void loginAsksForNameAndPassword() throws Exception {
        var exchange = Kit.begin(new Login(), ann());
        assertThat(Kit.challenge(Kit.step(exchange, ""))).isEqualTo("Username:");
        assertThat(Kit.challenge(Kit.step(exchange, "ann"))).isEqualTo("Password:");
        assertThat(Kit.step(exchange, "secret")).isEqualTo(new Success("ann"));
    }

    @Test
    void loginTakesTheNameWithTheCommand() throws Exception {
        var exchange = Kit.begin(new Login(), ann());
        assertThat(Kit.challenge(Kit.step(exchange, "ann"))).isEqualTo("Password:");
        assertThat(Kit.step(exchange, "wrong")).isEqualTo(new Failure(null));
    }

    @Test
    void loginWithoutNameOrPasswordIsMalformed() throws Exception {
        var exchange = Kit.begin(new Login(), ann());
        Kit.challenge(Kit.step(exchange, ""));
        assertThat(Kit.step(exchange, "")).isEqualTo(new Failure(Failures.MALFORMED));

        var other = Kit.begin(new Login(), ann());
        Kit.challenge(Kit.step(other, "ann"));
        assertThat(Kit.step(other, "")).isEqualTo(new Failure(Failures.MALFORMED));
    }

    // ---- CRAM-MD5

    @Test
    void theExchangeOfRfc2195() throws Exception {
        var store = new FakeStore().withSecret("tim", CredentialStore.PLAIN, "tanstaaftanstaaf");
        var exchange = new CramMd5(sasl)
                .begin(new Stores(Kit.CLIENT, List.of(store)), "<1896.697170952@postoffice.reston.mci.net>");
        assertThat(Kit.challenge(Kit.step(exchange, ""))).isEqualTo("<1896.697170952@postoffice.reston.mci.net>");
        assertThat(Kit.step(exchange, "tim b913a602c7eda7a495b4e6e7334d3890")).isEqualTo(new Success("tim"));
    }

    @Test
    void cramMd5FailsWithAnotherDigestOrName() throws Exception {
        for (var response : List.of(
                "tim b913a602c7eda7a495b4e6e7334d3891",
                "bob b913a602c7eda7a495b4e6e7334d3890",
                "tim",
                "tim b913",
                " b913a602c7eda7a495b4e6e7334d3890",
                "tim b913a602c7eda7a495b4e6e7334d389g")) {
            var store = new FakeStore().withSecret("tim", CredentialStore.PLAIN, "tanstaaftanstaaf");
            var exchange = new CramMd5(sasl).begin(new Stores(Kit.CLIENT, List.of(store)), "<1896.697170952@x>");
            Kit.challenge(Kit.step(exchange, ""));
            assertThat(Kit.step(exchange, response)).as(response).isInstanceOf(Failure.class);
        }
    }

    @Test
    void aChallengeOfCramMd5IsNeverSaidAgain() throws Exception {
        var store = new FakeStore().withSecret("tim", CredentialStore.PLAIN, "x");
        var one = Kit.challenge(Kit.step(Kit.begin(new CramMd5(sasl), store), ""));
        var other = Kit.challenge(Kit.step(Kit.begin(new CramMd5(sasl), store), ""));
        assertThat(one).matches("<[0-9a-f]{24}\\.[0-9]+@mx\\.example>").isNotEqualTo(other);
    }

    // ---- bearer tokens

    private static final String TOKEN = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";

    private static FakeStore tokens() {
        return new FakeStore()
                .withToken(TOKEN, TokenVerdict.accepted("user@example.com"))
                .withToken("old", TokenVerdict.rejected("invalid_token"))
                .withToken(
                        "weak",
                        TokenVerdict.rejected("insufficient_scope")
                                .withScope("mail.send")
                                .withConfiguration("https://id.example/x"));
    }

    private SaslMechanism.Step oauth(String response) throws Exception {
        return Kit.step(Kit.begin(new OAuthBearer(sasl), tokens()), response.replace('^', '\u0001'));
    }

    @Test
    void theExchangeOfRfc7628() throws Exception {
        assertThat(oauth("n,a=user@example.com,^host=server.example.com^port=143^auth=Bearer " + TOKEN + "^^"))
                .isEqualTo(new Success("user@example.com"));
        assertThat(oauth("n,,^auth=bearer " + TOKEN + "^^")).isEqualTo(new Success("user@example.com"));
    }

    @Test
    void aTokenOfSomebodyElseIsNone() throws Exception {
        assertThat(Kit.challenge(oauth("n,a=boss@example.com,^auth=Bearer " + TOKEN + "^^")))
                .isEqualTo("{\"status\":\"invalid_token\"}");
    }

    @Test
    void whatIsWrongWithATokenIsToldAndThenItFails() throws Exception {
        var exchange = Kit.begin(new OAuthBearer(sasl), tokens());
        assertThat(Kit.challenge(Kit.step(exchange, "n,a=user@example.com,\u0001auth=Bearer weak\u0001\u0001")))
                .isEqualTo(
                        "{\"status\":\"insufficient_scope\",\"scope\":\"mail.send\",\"openid-configuration\":\"https://id.example/x\"}");
        assertThat(Kit.step(exchange, "\u0001")).isEqualTo(new Failure(null));
        assertThat(Kit.step(exchange, "n,,\u0001auth=Bearer " + TOKEN + "\u0001\u0001"))
                .isEqualTo(new Failure(null));
    }

    @Test
    void whatTheStoreDoesNotSayTheSettingsDo() throws Exception {
        sasl = Kit.sasl(
                folder, Map.of("oauthScope", "mail", "openidConfiguration", "https://id.example/.well-known/openid"));
        assertThat(Kit.challenge(oauth("n,,^auth=Bearer old^^")))
                .isEqualTo(
                        "{\"status\":\"invalid_token\",\"scope\":\"mail\",\"openid-configuration\":\"https://id.example/.well-known/openid\"}");
    }

    @Test
    void whatIsNoMessageIsAnInvalidRequest() throws Exception {
        for (var message : List.of(
                "",
                "n,,",
                "n,,^^",
                "p=tls-exporter,,^auth=Bearer x^^",
                "n,b=x,^auth=Bearer x^^",
                "n,,^auth=Basic x^^",
                "n,,^auth=Bearer ^^",
                "n,,^auth=Bearer x",
                "n,,^auth=Bearer x^",
                "n,,^auth=Bearer x^^more",
                "n,,^auth=Bearer x^auth=Bearer y^^",
                "n,,^auth=Bearer x y^^",
                "n,,^novalue^auth=Bearer x^^")) {
            assertThat(Kit.challenge(oauth(message))).as(message).contains("invalid_request");
        }
    }

    @Test
    void xoauth2TakesUserAndToken() throws Exception {
        var exchange = Kit.begin(new XOAuth2(sasl), tokens());
        assertThat(Kit.step(exchange, "user=user@example.com\u0001auth=Bearer " + TOKEN + "\u0001\u0001"))
                .isEqualTo(new Success("user@example.com"));
    }

    @Test
    void xoauth2TellsWhatIsWrong() throws Exception {
        var exchange = Kit.begin(new XOAuth2(sasl), tokens());
        assertThat(Kit.challenge(Kit.step(exchange, "user=user@example.com\u0001auth=Bearer old\u0001\u0001")))
                .isEqualTo("{\"status\":\"401\",\"schemes\":\"bearer\"}");
        assertThat(Kit.step(exchange, "")).isEqualTo(new Failure(null));
        var other = Kit.begin(new XOAuth2(sasl), tokens());
        assertThat(Kit.challenge(Kit.step(other, "auth=Bearer old\u0001\u0001")))
                .contains("\"400\"");
    }

    @Test
    void noSecretIsInAnyText() {
        var message = BearerMessage.read(
                        "ann", "auth=Bearer topsecret\u0001\u0001".getBytes(StandardCharsets.US_ASCII), 0)
                .orElseThrow();
        assertThat(message.toString()).doesNotContain("topsecret");
        var keys = ScramKeys.of(Hash.SHA_256, Octets.utf8("topsecret"), new byte[] {1}, 1);
        assertThat(keys.toString()).doesNotContain("topsecret").contains("hidden");
    }
}
