package org.tarishi.plugin.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tarishi.plugin.relay.SettingsTest.config;
import static org.tarishi.plugin.relay.SettingsTest.settings;

import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.MailHost;
import org.tarishi.api.Notes;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.OutboundMail;
import org.tarishi.api.outbound.Route;
import org.tarishi.testing.FakeConnection;
import org.tarishi.testing.FakeNotes;
import org.tarishi.testing.FakeTables;
import org.tarishi.testing.FakeTransaction;

class RelayTest {

    private static final String DOMAINS = "file:relay_dest_domains";

    private final FakeTables tables = new FakeTables()
            .with(
                    DOMAINS,
                    Map.of(
                            "accepted.example", "accept",
                            "listed.example", "",
                            "continued.example", " Continue ",
                            "denied.example", "deny",
                            "wrong.example", "{\"action\":\"accept\"}",
                            "b\u00fccher.example", "accept"));

    private final FakeTransaction tx = FakeTransaction.from("192.0.2.7").withSender("<a@client.example>");

    private Relay relay(String... keysAndValues) {
        return new Relay(settings(keysAndValues), tables);
    }

    private static HookResult rcpt(Relay relay, FakeTransaction tx, String address) {
        var recipient = tx.asking("<" + address + ">");
        return relay.onRcpt(tx, recipient);
    }

    /** Has a recipient accepted as the server would: by this plugin, or else by another when it is to. */
    private static HookResult accepted(Relay relay, FakeTransaction tx, String address, boolean isByAnother) {
        var said = rcpt(relay, tx, address);
        if (!(said instanceof HookResult.Ok) && !(said instanceof HookResult.Continue && isByAnother)) {
            return said;
        }
        var stays = relay.onRcptOk(tx, Recipient.parse("<" + address + ">"));
        if (stays instanceof HookResult.Continue) {
            tx.withRecipients("<" + address + ">");
        }
        return stays;
    }

    // --------------------------------------------------------------------------------------------------------- clients

    @Test
    void aClientInTheListMayRelayAndNoOther() {
        var relay = relay("acl", "192.0.2.0/24;2001:db8::1");
        var listed = FakeConnection.from("192.0.2.9");
        var listed6 = FakeConnection.from("2001:db8::1");
        var unlisted = FakeConnection.from("198.51.100.1");
        // An address without a length is one address, also of IPv6.
        var neighbour = FakeConnection.from("2001:db8::2");

        assertThat(relay.onConnect(listed)).isEqualTo(HookResult.OK);
        assertThat(relay.onConnect(listed6)).isEqualTo(HookResult.OK);
        assertThat(relay.onConnect(unlisted)).isEqualTo(HookResult.CONTINUE);
        assertThat(relay.onConnect(neighbour)).isEqualTo(HookResult.CONTINUE);

        assertThat(listed.isRelaying()).isTrue();
        assertThat(listed6.isRelaying()).isTrue();
        assertThat(unlisted.isRelaying()).isFalse();
        assertThat(neighbour.isRelaying()).isFalse();
        assertThat(listed.results().own().passed()).containsExactly("acl");
        assertThat(unlisted.results().own().skipped()).containsExactly("acl(unlisted)");
    }

    @Test
    void aClientInATableMayRelayToo() {
        tables.with("file:clients", "192.0.2.9", "2001:db8:0:0:0:0:0:1");
        var relay = relay("aclTables", "file:clients");
        var listed = FakeConnection.from("192.0.2.9");
        var listed6 = FakeConnection.from("2001:db8::1");
        var unlisted = FakeConnection.from("192.0.2.8");

        assertThat(List.of(relay.onConnect(listed), relay.onConnect(listed6), relay.onConnect(unlisted)))
                .containsExactly(HookResult.OK, HookResult.OK, HookResult.CONTINUE);

        assertThat(List.of(listed.isRelaying(), listed6.isRelaying(), unlisted.isRelaying()))
                .containsExactly(true, true, false);
    }

    @Test
    void whileTheTableCannotBeAskedNobodyIsRefusedForGoodAndNobodyRelays() {
        var relay = relay("aclTables", "file:clients");

        assertThat(relay.onConnect(tx.connection())).isEqualTo(HookResult.CONTINUE);
        assertThat(rcpt(relay, tx, "b@elsewhere.example")).isEqualTo(HookResult.denySoft(Relay.TRY_LATER));
        assertThat(tx.isRelaying()).isFalse();

        tables.with("file:clients", "192.0.2.7");
        assertThat(rcpt(relay, tx, "b@elsewhere.example")).isEqualTo(HookResult.CONTINUE);
        assertThat(tx.isRelaying()).isTrue();
    }

    @Test
    void withoutSettingsNothingIsSaidAndNothingIsLookedUp() {
        var relay = new Relay(settings(), new FakeTables());

        assertThat(relay.onConnect(tx.connection())).isEqualTo(HookResult.CONTINUE);
        assertThat(accepted(relay, tx, "b@local.example", true)).isEqualTo(HookResult.CONTINUE);
        assertThat(relay.onData(tx)).isEqualTo(HookResult.CONTINUE);
        assertThat(relay.onRoute(mail(), MailHost.parse("a.example"))).isEqualTo(MxResult.CONTINUE);
        assertThat(tx.isRelaying()).isFalse();
    }

    // ---------------------------------------------------------------------------------------------------- destinations

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accepted.example",
                "ACCEPTED.example",
                "listed.example",
                "b\u00fccher.example",
                "xn--bcher-kva.example"
            })
    void mailToAnAcceptedDomainIsTakenAndGoesOutAtData(String domain) {
        var relay = relay("destinations", DOMAINS);

        assertThat(rcpt(relay, tx, "b@" + domain)).isEqualTo(HookResult.OK);
        tx.withRecipients("<b@" + domain + ">");
        assertThat(tx.isRelaying()).isFalse();

        assertThat(relay.onData(tx)).isEqualTo(HookResult.CONTINUE);
        assertThat(tx.isRelaying()).isTrue();
        assertThat(tx.connection().isRelaying()).isFalse();
        assertThat(tx.notes().get(Relay.QUEUE_WANTS)).contains("outbound");
        assertThat(tx.results().own().passed()).containsExactly("relay_dest_domain");
    }

    /** With a grant at the first recipient, as Haraka gives it, the second one could be anybody. */
    @Test
    void afterARecipientOfAnAcceptedDomainTheClientStillMayNotRelayToOthers() {
        var relay = relay("destinations", DOMAINS);
        accepted(relay, tx, "b@accepted.example", false);

        assertThat(rcpt(relay, tx, "victim@elsewhere.example")).isEqualTo(HookResult.CONTINUE);
        assertThat(tx.isRelaying()).isFalse();
        // Also where another plugin would take it.
        assertThat(relay.onRcptOk(tx, Recipient.parse("<victim@elsewhere.example>")))
                .isEqualTo(HookResult.denySoft(Relay.SPLIT));
    }

    @Test
    void aContinuedDomainWantsAnotherPluginToKnowTheRecipient() {
        var relay = relay("destinations", DOMAINS);

        assertThat(rcpt(relay, tx, "nobody@continued.example")).isEqualTo(HookResult.CONTINUE);
        assertThat(tx.isRelaying()).isFalse();
        assertThat(accepted(relay, tx, "b@continued.example", true)).isEqualTo(HookResult.CONTINUE);
        assertThat(relay.onData(tx)).isEqualTo(HookResult.CONTINUE);
        assertThat(tx.isRelaying()).isTrue();
    }

    @Test
    void aDeniedDomainIsRefusedAndOneThatIsNotListedIsLeftToOthers() {
        var relay = relay("destinations", DOMAINS);

        assertThat(rcpt(relay, tx, "b@denied.example")).isEqualTo(HookResult.deny(Relay.NOT_ALLOWED));
        assertThat(rcpt(relay, tx, "b@local.example")).isEqualTo(HookResult.CONTINUE);
    }

    @Test
    void whoMayRelayAnywayIsNotAskedForTheDestination() {
        var relay = relay("destinations", DOMAINS);
        tx.connection().grantRelaying("auth");

        assertThat(accepted(relay, tx, "b@denied.example", true)).isEqualTo(HookResult.CONTINUE);
        assertThat(accepted(relay, tx, "b@accepted.example", true)).isEqualTo(HookResult.CONTINUE);
        assertThat(relay.onData(tx)).isEqualTo(HookResult.CONTINUE);
    }

    @Test
    void recipientsOfOursAndOfDestinationsGoInTransactionsOfTheirOwn() {
        var relay = relay("destinations", DOMAINS);

        assertThat(accepted(relay, tx, "b@local.example", true)).isEqualTo(HookResult.CONTINUE);
        assertThat(accepted(relay, tx, "b@accepted.example", false)).isEqualTo(HookResult.denySoft(Relay.SPLIT));
        assertThat(relay.onData(tx)).isEqualTo(HookResult.CONTINUE);
        assertThat(tx.isRelaying()).isFalse();

        var other = FakeTransaction.from("192.0.2.7");
        assertThat(accepted(relay, other, "b@accepted.example", false)).isEqualTo(HookResult.CONTINUE);
        assertThat(accepted(relay, other, "b@local.example", true)).isEqualTo(HookResult.denySoft(Relay.SPLIT));
        assertThat(accepted(relay, other, "c@listed.example", false)).isEqualTo(HookResult.CONTINUE);
        assertThat(relay.onData(other)).isEqualTo(HookResult.CONTINUE);
        assertThat(other.isRelaying()).isTrue();
    }

    @Test
    void aRecipientThatOthersRefusedKeepsNobodyApart() {
        var relay = relay("destinations", DOMAINS);
        assertThat(rcpt(relay, tx, "nobody@continued.example")).isEqualTo(HookResult.CONTINUE);

        assertThat(accepted(relay, tx, "b@local.example", true)).isEqualTo(HookResult.CONTINUE);

        assertThat(relay.onData(tx)).isEqualTo(HookResult.CONTINUE);
        assertThat(tx.isRelaying()).isFalse();
        assertThat(tx.notes().get(Relay.QUEUE_WANTS)).isEmpty();
    }

    /** However a recipient got in: with one that nothing allows, the transaction doesn't go out. */
    @Test
    void atDataEveryRecipientMustBeOneThatMailIsRelayedTo() {
        var relay = relay("destinations", DOMAINS);
        accepted(relay, tx, "b@accepted.example", false);
        tx.withRecipients("<victim@elsewhere.example>");

        assertThat(relay.onData(tx)).isEqualTo(HookResult.denySoft(Relay.SPLIT));
        assertThat(tx.isRelaying()).isFalse();
    }

    @Test
    void settingsThatChangeWithinATransactionOpenNothing() {
        var relay = relay("destinations", DOMAINS);
        accepted(relay, tx, "b@accepted.example", false);

        relay.modified(config());
        assertThat(relay.onData(tx)).isEqualTo(HookResult.denySoft(Relay.TRY_LATER));

        relay.modified(config("destinations", "inline:other.example"));
        tables.with("inline:other.example", "other.example");
        assertThat(relay.onData(tx)).isEqualTo(HookResult.denySoft(Relay.SPLIT));
        assertThat(tx.isRelaying()).isFalse();
    }

    @Test
    void aTableThatAcceptsEveryDomainIsASlipAndRefusedForNow() {
        tables.with(DOMAINS, Map.of("accepted.example", "accept", "open-relay-check.invalid", "accept"));
        var relay = relay("destinations", DOMAINS);

        assertThat(rcpt(relay, tx, "b@accepted.example")).isEqualTo(HookResult.denySoft(Relay.MISCONFIGURED));
        assertThat(tx.isRelaying()).isFalse();
    }

    @Test
    void anEntryThatSaysNothingThatIsKnownIsRefusedForNow() {
        assertThat(rcpt(relay("destinations", DOMAINS), tx, "b@wrong.example"))
                .isEqualTo(HookResult.denySoft(Relay.MISCONFIGURED));
    }

    @Test
    void aTableThatCannotBeAskedIsATemporaryRefusal() {
        var relay = relay("destinations", DOMAINS);
        accepted(relay, tx, "b@accepted.example", false);
        tables.without(DOMAINS);

        assertThat(rcpt(relay, tx, "b@accepted.example")).isEqualTo(HookResult.denySoft(Relay.TRY_LATER));
        assertThat(relay.onRcptOk(tx, Recipient.parse("<b@accepted.example>")))
                .isEqualTo(HookResult.denySoft(Relay.TRY_LATER));
        assertThat(relay.onData(tx)).isEqualTo(HookResult.denySoft(Relay.TRY_LATER));
        assertThat(tx.isRelaying()).isFalse();
    }

    // ------------------------------------------------------------------------------------------------------------- all

    @Test
    void allMayRelayAtTheListenersThatAreNamedOnly() {
        var here = relay("all", "true", "allListeners", "smtp");
        var there = relay("all", "true", "allListeners", "trap");

        assertThat(rcpt(there, tx, "b@elsewhere.example")).isEqualTo(HookResult.CONTINUE);
        assertThat(tx.isRelaying()).isFalse();
        assertThat(rcpt(here, tx, "b@elsewhere.example")).isEqualTo(HookResult.OK);
        assertThat(tx.isRelaying()).isTrue();
        assertThat(tx.connection().isRelaying()).isFalse();
    }

    @Test
    void aDeniedDomainIsDeniedToAllToo() {
        var relay = relay("all", "true", "allListeners", "smtp", "destinations", DOMAINS);

        assertThat(rcpt(relay, tx, "b@elsewhere.example")).isEqualTo(HookResult.OK);
        assertThat(rcpt(relay, tx, "b@denied.example")).isEqualTo(HookResult.deny(Relay.NOT_ALLOWED));
    }

    // ---------------------------------------------------------------------------------------------------------- routes

    @Test
    void aDomainWithARouteGoesThereAndTheOthersByTheRouteOfAny() {
        tables.with(
                "file:routes",
                Map.of("a.example", "mx1.a.example mx2.a.example:2525", "b\u00fccher.example", "mx.b.example"));
        var relay = relay("routes", "file:routes");

        assertThat(relay.onRoute(mail(), MailHost.parse("A.example")))
                .isEqualTo(MxResult.routes(List.of(Route.to("mx1.a.example", 25), Route.to("mx2.a.example", 2525))));
        assertThat(relay.onRoute(mail(), MailHost.parse("xn--bcher-kva.example")))
                .isEqualTo(MxResult.routes(List.of(Route.to("mx.b.example", 25))));
        assertThat(relay.onRoute(mail(), MailHost.parse("c.example"))).isEqualTo(MxResult.CONTINUE);

        tables.with("file:routes", Map.of("any", "smtp://ann:s3cret@smart.example:587"));
        assertThat(relay.onRoute(mail(), MailHost.parse("[192.0.2.1]")))
                .isEqualTo(
                        MxResult.routes(List.of(Route.to("smart.example", 587).withCredentials("ann", "s3cret"))));
    }

    @Test
    void aRouteThatIsNoneOrCannotBeAskedDefersTheMail() {
        tables.with("file:routes", Map.of("a.example", "http://a.example"));
        var relay = relay("routes", "file:routes");

        assertThat(relay.onRoute(mail(), MailHost.parse("a.example"))).isEqualTo(MxResult.defer(Relay.MISCONFIGURED));
        tables.without("file:routes");
        assertThat(relay.onRoute(mail(), MailHost.parse("a.example"))).isEqualTo(MxResult.defer(Relay.TRY_LATER));
    }

    // -------------------------------------------------------------------------------------------------------- settings

    @Test
    void badSettingsLeaveTheOldInForce() {
        var relay = relay("acl", "192.0.2.0/24");

        assertThatThrownBy(() -> relay.modified(config("acl", "0.0.0.0/0")))
                .isInstanceOf(InvalidSettingException.class);

        assertThat(relay.onConnect(tx.connection())).isEqualTo(HookResult.OK);
        relay.modified(config());
        assertThat(relay.onConnect(FakeConnection.from("192.0.2.7"))).isEqualTo(HookResult.CONTINUE);
    }

    private static OutboundMail mail() {
        return new OutboundMail() {
            @Override
            public String id() {
                return "FAKE.1.1";
            }

            @Override
            public ReversePath sender() {
                return ReversePath.NULL;
            }

            @Override
            public List<Recipient> recipients() {
                return List.of();
            }

            @Override
            public MailHost domain() {
                return MailHost.parse("a.example");
            }

            @Override
            public Instant queuedAt() {
                return Instant.EPOCH;
            }

            @Override
            public int failures() {
                return 0;
            }

            @Override
            public boolean isTlsRequired() {
                return false;
            }

            @Override
            public void requireTls() {}

            @Override
            public Notes notes() {
                return new FakeNotes();
            }

            @Override
            public Notes transactionNotes() {
                return new FakeNotes();
            }

            @Override
            public InputStream open() {
                return InputStream.nullInputStream();
            }
        };
    }
}
