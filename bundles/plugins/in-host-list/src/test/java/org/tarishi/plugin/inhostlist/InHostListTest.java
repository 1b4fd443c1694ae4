package org.tarishi.plugin.inhostlist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.Domain;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.MailHost;
import org.tarishi.api.Reply;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.service.LookupException;
import org.tarishi.testing.FakeConfiguration;
import org.tarishi.testing.FakeConnection;
import org.tarishi.testing.FakeTables;
import org.tarishi.testing.FakeTransaction;

class InHostListTest {

    private static final HookResult TRY_LATER = HookResult.denySoft(
            Reply.of(451, new EnhancedStatus(4, 3, 0), "Local domains can't be looked up now, try again later"));

    private final FakeTables tables = new FakeTables()
            .with("file:host_list", "example.com", "bücher.example", "xn--caf-dma.example", "[192.0.2.25]")
            .with("file:more", "more.example");
    private final FakeTransaction tx =
            FakeTransaction.of(FakeConnection.from("192.0.2.7").withLocalName("greeting.example"));

    private InHostList plugin(boolean hostname, boolean antiSpoof) {
        return new InHostList(
                new Settings(List.of("file:host_list", "file:more"), hostname, antiSpoof, true),
                tables,
                Optional.of(Domain.parse("machine.example")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a@example.com>",
                "<a@EXAMPLE.com>",
                "<a@more.example>",
                "<a@bücher.example>",
                "<a@BÜCHER.example>",
                "<a@xn--bcher-kva.example>",
                "<a@café.example>",
                "<a@[192.0.2.25]>",
                "<a@machine.example>",
                "<a@greeting.example>"
            })
    void mailForALocalDomainIsTaken(String path) {
        assertThat(plugin(true, false).onRcpt(tx, tx.asking(path))).isEqualTo(HookResult.OK);
        assertThat(tx.results().own().passed()).containsExactly("rcpt_to");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a@example.org>",
                "<a@sub.example.com>",
                "<a@com>",
                "<a@[192.0.2.26]>",
                "<\"a@example.com\"@b.example>"
            })
    void mailForAnotherDomainIsLeftToOthers(String path) {
        assertThat(plugin(true, false).onRcpt(tx, tx.asking(path))).isEqualTo(HookResult.CONTINUE);
        assertThat(tx.results().own().messages()).containsExactly("rcpt!local");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<a@machine.example>", "<a@greeting.example>"})
    void thisHostsNameCountsOnlyWhenTheOperatorSaysSo(String path) {
        assertThat(plugin(false, false).onRcpt(tx, tx.asking(path))).isEqualTo(HookResult.CONTINUE);
    }

    @ParameterizedTest(name = "sender {0}, relaying {1}: {2}")
    @CsvSource({"<a@example.com>, true, OK", "<a@example.com>, false, CONTINUE", "<a@b.example>, true, CONTINUE"})
    void onlyALocalSenderThatMayRelayReachesEveryRecipient(String sender, boolean relaying, String result) {
        var plugin = plugin(true, false);
        if (relaying) {
            tx.connection().grantRelaying("test");
        }
        tx.withSender(sender);

        assertThat(plugin.onMail(tx, tx.sender())).isEqualTo(HookResult.CONTINUE);
        assertThat(plugin.onRcpt(tx, tx.asking("<a@far.example>")))
                .isEqualTo(result.equals("OK") ? HookResult.OK : HookResult.CONTINUE);
    }

    @Test
    void aLocalSenderIsNoted() {
        tx.withSender("<a@example.com>");

        plugin(true, false).onMail(tx, tx.sender());

        assertThat(tx.notes().get(InHostList.LOCAL_SENDER)).contains(true);
        assertThat(tx.results().own().passed()).containsExactly("mail_from");
    }

    @Test
    void anotherSenderIsNotNoted() {
        tx.withSender("<a@b.example>");

        plugin(true, true).onMail(tx, tx.sender());

        assertThat(tx.notes().get(InHostList.LOCAL_SENDER)).isEmpty();
        assertThat(tx.results().own().messages()).containsExactly("mail_from!local");
    }

    @Test
    void mailThatMustNotBeAnsweredIsNoSpoof() {
        assertThat(plugin(true, true).onMail(tx, tx.sender())).isEqualTo(HookResult.CONTINUE);
        assertThat(tx.results().own().skipped()).containsExactly("mail_from.null");
    }

    @Test
    void aForgedLocalSenderIsRefusedWhereTheOperatorSaysSo() {
        tx.withSender("<a@BÜCHER.example>");

        assertThat(plugin(true, true).onMail(tx, tx.sender()))
                .isEqualTo(HookResult.deny("Mail from domain 'xn--bcher-kva.example' is not allowed from your host"));
        assertThat(tx.results().own().failed()).containsExactly("mail_from.anti_spoof");
        assertThat(tx.notes().get(InHostList.LOCAL_SENDER)).isEmpty();
    }

    @Test
    void aLocalSenderThatMayRelayIsNoForgery() {
        tx.grantRelaying("test");
        tx.withSender("<a@example.com>");

        assertThat(plugin(true, true).onMail(tx, tx.sender())).isEqualTo(HookResult.CONTINUE);
        assertThat(tx.notes().get(InHostList.LOCAL_SENDER)).contains(true);
    }

    @Test
    void whatCannotBeLookedUpIsRefusedForNow() {
        var plugin = plugin(true, false);
        tables.without("file:more");
        tx.withSender("<a@b.example>");

        assertThat(plugin.onMail(tx, tx.sender())).isEqualTo(TRY_LATER);
        assertThat(plugin.onRcpt(tx, tx.asking("<a@b.example>"))).isEqualTo(TRY_LATER);
        assertThatThrownBy(() -> plugin.isLocal(MailHost.parse("b.example"))).isInstanceOf(LookupException.class);
    }

    @Test
    void otherPluginsMayAskWhatIsLocal() throws Exception {
        var plugin = plugin(true, false);

        assertThat(plugin.isLocal(MailHost.parse("more.example"))).isTrue();
        assertThat(plugin.isLocal(MailHost.parse("machine.example"))).isTrue();
        assertThat(plugin.isLocal(MailHost.parse("[192.0.2.25]"))).isTrue();
        assertThat(plugin.isLocal(MailHost.parse("far.example"))).isFalse();
    }

    @Test
    void changedSettingsHoldFromTheNextCallOn() {
        var plugin = plugin(true, false);

        plugin.modified(FakeConfiguration.of(Config.class, Map.of("domains", "file:more", "hostname", "false")));

        assertThat(plugin.onRcpt(tx, tx.asking("<a@example.com>"))).isEqualTo(HookResult.CONTINUE);
        assertThat(plugin.onRcpt(tx, tx.asking("<a@more.example>"))).isEqualTo(HookResult.OK);
    }

    @Test
    void badSettingsLeaveTheOldOnesInForce() {
        var plugin = plugin(true, false);

        assertThatThrownBy(() -> plugin.modified(FakeConfiguration.of(Config.class, Map.of("domains", "nonsense"))))
                .hasMessageStartingWith("domains: ");

        assertThat(plugin.onRcpt(tx, tx.asking("<a@example.com>"))).isEqualTo(HookResult.OK);
    }
}
