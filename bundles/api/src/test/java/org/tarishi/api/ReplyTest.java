package org.tarishi.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.hook.HookResult;

final class ReplyTest {

    @ParameterizedTest
    @ValueSource(strings = {"a\r\n250 forged", "a\nb", "a\u0000", "a\u001b[2J", "a\u0085b", "a\u2028b"})
    void aReplyCantForgeAnother(String line) {
        assertThatThrownBy(() -> Reply.of(250, line)).hasMessageStartingWith("control character in a reply: ");
    }

    @Test
    void aStatusIsOfTheCodesClass() {
        assertThatThrownBy(() -> Reply.of(450, new EnhancedStatus(5, 1, 1), "x"))
                .hasMessage("status 5.1.1 is not of the class of 450");
    }

    @Test
    void aLineFitsIntoWhatRfc5321Allows() {
        assertThat(Reply.of(250, "x".repeat(500)).lines()).hasSize(1);
        assertThatThrownBy(() -> Reply.of(250, "x".repeat(501))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Reply.of(250, "ü".repeat(251))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Reply.of(250, "x".repeat(1_000_000))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAnswerCantSayYesWithANo() {
        assertThatThrownBy(() -> HookResult.ok(Reply.of(550, "no"))).hasMessage("OK wants a 2yz reply: 550 no");
        assertThatThrownBy(() -> HookResult.deny(Reply.of(450, "later")))
                .hasMessage("DENY wants a 5yz reply: 450 later");
        assertThatThrownBy(() -> HookResult.denySoft(Reply.of(550, "no")))
                .hasMessage("DENYSOFT wants a 4yz reply: 550 no");
    }

    @Test
    void theMomentsCodeIsTakenUnlessThePluginChoseOne() {
        var plain = (HookResult.Refusal) HookResult.deny("no");
        var exact = (HookResult.Refusal) HookResult.deny(StatusReason.NO_SUCH_USER.reply("who?"));

        assertThat(plain.words().withCode(554)).hasToString("554 5.7.1 no");
        assertThat(exact.words().withCode(554)).hasToString("550 5.1.1 who?");
    }

    @ParameterizedTest
    @EnumSource(StatusReason.class)
    void everyReasonHasAReply(StatusReason reason) {
        var reply = reason.reply("text");

        assertThat(reply.code()).isEqualTo(reason.code());
        assertThat(EnhancedStatus.parse(reply.enhanced().orElseThrow().toString()))
                .isEqualTo(reason.status(reason.code()));
    }

    @Test
    void whatAPeerSaysIsShownWithoutItsControls() {
        assertThat(Text.escaped("a\r\nb\u001bc\u0085\u2028")).isEqualTo("a\\u000d\\u000ab\\u001bc\\u0085\\u2028");
        var harmless = "grüße";
        assertThat(Text.escaped(harmless)).isSameAs(harmless);
    }

    @Test
    void anAuthenticationResultQuotesWhatAPeerChose() {
        var result = AuthResult.of("spf", "pass")
                .reason("said \"so\"")
                .property("smtp", "mailfrom", "a b@c.example")
                .property("smtp", "helo", "c.example");

        assertThat(result)
                .hasToString("spf=pass reason=\"said \\\"so\\\"\" smtp.mailfrom=\"a b@c.example\" smtp.helo=c.example");
        assertThat(AuthResult.of("x", "none").comment("a) (b\r\n")).hasToString("x=none (a\\) \\(b\\\\u000d\\\\u000a)");
    }
}
