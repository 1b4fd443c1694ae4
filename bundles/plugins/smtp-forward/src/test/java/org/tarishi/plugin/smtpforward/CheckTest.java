package org.tarishi.plugin.smtpforward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tarishi.api.ReversePath;
import org.tarishi.api.hook.HookResult;
import org.tarishi.testing.FakeTables;
import org.tarishi.testing.FakeTransaction;

class CheckTest {

    private static final String ROUTES = "file:routes";

    private final FakeTables tables = new FakeTables()
            .with(
                    ROUTES,
                    Map.of("a.example", "mx.a.example", "b.example", "mx.b.example", "c.example", "queue=maildir"));
    private final FakeTransaction tx = FakeTransaction.from("192.0.2.7").withSender("<s@a.example>");

    private Check check(Map<String, Object> values) {
        var all = new HashMap<String, Object>(Map.of("routes", new String[] {ROUTES}));
        all.putAll(values);
        return new Check(Configs.settings(all), tables);
    }

    @Test
    void asShippedItHasNoOpinion() {
        var check = check(Map.of("routes", new String[0]));
        assertThat(check.onMail(tx, tx.sender())).isSameAs(HookResult.CONTINUE);
        assertThat(check.onRcpt(tx, tx.asking("<u@a.example>"))).isSameAs(HookResult.CONTINUE);
        assertThat(check.onRcptOk(tx, tx.asking("<u@a.example>"))).isSameAs(HookResult.CONTINUE);
        assertThat(tx.notes().names()).isEmpty();
    }

    @Test
    void aSenderInADomainOfTheRoutesMustComeFromWhoMayRelay() {
        var check = check(Map.of("checkSender", true));
        assertThat(check.onMail(tx, tx.sender())).isEqualTo(HookResult.deny(Check.SPOOFED));

        tx.grantRelaying("test");
        assertThat(check.onMail(tx, tx.sender())).isSameAs(HookResult.CONTINUE);
        assertThat(tx.notes().get(Check.LOCAL_SENDER)).hasValue(true);
    }

    @Test
    void othersAndTheNullSenderAreNoBusinessOfTheCheck() {
        var check = check(Map.of("checkSender", true));
        assertThat(check.onMail(tx, ReversePath.parse("<s@else.example>"))).isSameAs(HookResult.CONTINUE);
        assertThat(check.onMail(tx, ReversePath.NULL)).isSameAs(HookResult.CONTINUE);
    }

    @Test
    void recipientsInDomainsOfTheRoutesAreTakenAndMeantForThisPlugin() {
        var check = check(Map.of("checkRecipient", true));
        assertThat(check.onRcpt(tx, tx.asking("<u@a.example>"))).isSameAs(HookResult.OK);
        assertThat(check.onRcptOk(tx, tx.asking("<u@a.example>"))).isSameAs(HookResult.CONTINUE);
        assertThat(tx.notes().get(SmtpForward.QUEUE_WANTS)).hasValue("smtp-forward");
        assertThat(check.onRcpt(tx, tx.asking("<u@else.example>"))).isSameAs(HookResult.CONTINUE);
    }

    @Test
    void aRouteMayNameAnotherQueuePlugin() {
        assertThat(check(Map.of()).onRcptOk(tx, tx.asking("<u@c.example>"))).isSameAs(HookResult.CONTINUE);
        assertThat(tx.notes().get(SmtpForward.QUEUE_WANTS)).hasValue("maildir");
    }

    @Test
    void recipientsOfAnotherWayNeedATransactionOfTheirOwn() {
        tx.withRecipients("<u@a.example>");
        var check = check(Map.of());
        assertThat(check.onRcptOk(tx, tx.asking("<v@a.example>"))).isSameAs(HookResult.CONTINUE);
        assertThat(check.onRcptOk(tx, tx.asking("<u@b.example>"))).isEqualTo(HookResult.denySoft(Check.SPLIT));
        assertThat(check.onRcptOk(tx, tx.asking("<u@else.example>"))).isEqualTo(HookResult.denySoft(Check.SPLIT));
    }

    @Test
    void mailForTheOutboundQueueIsNotSplit() {
        tx.withRecipients("<u@a.example>").grantRelaying("test");
        assertThat(check(Map.of()).onRcptOk(tx, tx.asking("<u@b.example>"))).isSameAs(HookResult.CONTINUE);
    }

    @Test
    void aTableThatCannotBeAskedIsARefusalForNow() {
        tables.without(ROUTES);
        assertThat(check(Map.of("checkRecipient", true)).onRcpt(tx, tx.asking("<u@a.example>")))
                .isEqualTo(HookResult.denySoft(SmtpForward.TRY_LATER));
    }
}
