package org.tarishi.plugin.xclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.Domain;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Transaction;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.hook.Capabilities;
import org.tarishi.api.hook.ClientFacts;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.VerbCommand;
import org.tarishi.testing.FakeConfiguration;
import org.tarishi.testing.FakeConnection;
import org.tarishi.testing.FakeTransaction;

class XClientTest {

    private final Config config = config("xclient", "192.0.2.0/24|2001:db8::/32", "xforward", "192.0.2.7");
    private final XClient xclient = new XClient(config);
    private final XForward xforward = new XForward(config);
    private final FakeConnection front = FakeConnection.from("192.0.2.7");

    private static Config config(String... pairs) {
        var values = new HashMap<String, Object>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put(pairs[i], pairs[i + 1].split("\\|"));
        }
        return FakeConfiguration.of(Config.class, values);
    }

    private record Command(SmtpConnection connection, Optional<Transaction> transaction, String verb, String argument)
            implements VerbCommand {}

    private static VerbCommand command(SmtpConnection connection, String verb, String argument) {
        return new Command(connection, Optional.empty(), verb, argument);
    }

    private CommandResult xclient(String argument) {
        return xclient.onVerb(command(front, "XCLIENT", argument));
    }

    private static int code(CommandResult result) {
        return switch (result) {
            case CommandResult.Say(var reply, var _) -> reply.code();
            case CommandResult.Answer(HookResult.Refusal refusal) ->
                refusal.words().reply().code();
            default -> throw new AssertionError(result);
        };
    }

    private static final class Offered implements Capabilities {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void offer(String line) {
            lines.add(line);
        }

        @Override
        public void allowMailParameter(String keyword) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void allowRcptParameter(String keyword) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean withdraw(String keyword) {
            return false;
        }

        @Override
        public List<String> lines() {
            return lines;
        }
    }

    private List<String> offered(SmtpConnection connection) {
        var offered = new Offered();
        xclient.onCapabilities(connection, offered);
        xforward.onCapabilities(connection, offered);
        return offered.lines();
    }

    @Test
    void onlyThoseInTheListsAreOfferedAnything() {
        assertThat(offered(front))
                .containsExactly(
                        "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT",
                        "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE");
        assertThat(offered(FakeConnection.from("2001:db8:1::9"))).hasSize(1);
        assertThat(offered(FakeConnection.from("198.51.100.1"))).isEmpty();
    }

    @Test
    void asShippedNobodyMayNotEvenLoopback() {
        var shipped = FakeConfiguration.of(Config.class, Map.of());
        var loopback = FakeConnection.from("127.0.0.1");

        assertThat(code(new XClient(shipped).onVerb(command(loopback, "XCLIENT", "ADDR=192.0.2.1"))))
                .isEqualTo(550);
        assertThat(code(new XForward(shipped).onVerb(command(loopback, "XFORWARD", "ADDR=192.0.2.1"))))
                .isEqualTo(550);
    }

    @Test
    void whoIsNotInTheListIsRefusedWhateverItSays() {
        var stranger = FakeConnection.from("198.51.100.1");

        assertThat(code(xclient.onVerb(command(stranger, "XCLIENT", "ADDR=192.0.2.1"))))
                .isEqualTo(550);
        assertThat(code(xforward.onVerb(command(stranger, "XFORWARD", "nonsense"))))
                .isEqualTo(550);
        assertThat(stranger.notes().names()).isEmpty();
    }

    @Test
    void theClientIsWhoTheFrontEndSays() {
        assertThat(xclient("NAME=mx.example ADDR=198.51.100.9 PORT=1234 PROTO=ESMTP HELO=me.example LOGIN=u+2Bx"
                        + " DESTADDR=IPV6:2001:db8::25 DESTPORT=587"))
                .isEqualTo(CommandResult.newClient(ClientFacts.of(new InetSocketAddress("198.51.100.9", 1234))
                        .withName(Domain.parse("mx.example"))
                        .withLocal(new InetSocketAddress("2001:db8::25", 587))));

        assertThat(front.notes().get(XClient.HELO)).contains("me.example");
        assertThat(front.notes().get(XClient.PROTO)).contains("ESMTP");
        assertThat(front.notes().get(XClient.LOGIN)).contains("u+x");
        assertThat(front.isRelaying()).isFalse();
    }

    @Test
    void whatIsNotSaidAgainIsForgotten() {
        xclient("ADDR=198.51.100.9 LOGIN=u");
        xclient("ADDR=198.51.100.9 LOGIN=[UNAVAILABLE] HELO=x");

        assertThat(front.notes().names()).containsExactly("xclient.helo");
    }

    @Test
    void aNameThatIsNotSaidIsLookedUpAndOneThatIsNotToBeHadIsNone() {
        assertThat(xclient("ADDR=198.51.100.9"))
                .isEqualTo(CommandResult.newClient(ClientFacts.of(new InetSocketAddress("198.51.100.9", 0))));
        assertThat(xclient("ADDR=198.51.100.9 NAME=[UNAVAILABLE]"))
                .isEqualTo(CommandResult.newClient(
                        ClientFacts.of(new InetSocketAddress("198.51.100.9", 0)).withoutName()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "NAME=mx.example", "ADDR=[UNAVAILABLE]", "ADDR=x", "ADDR=192.0.2.1 IDENT=x"})
    void withoutAnAddressOrWithWhatIsNotWellFormedNothingChanges(String argument) {
        assertThat(code(xclient(argument))).isEqualTo(501);
        assertThat(front.notes().names()).isEmpty();
    }

    @Test
    void withinATransactionBothAreOutOfSequence() {
        var tx = Optional.<Transaction>of(FakeTransaction.from("192.0.2.7"));

        assertThat(code(xclient.onVerb(new Command(front, tx, "XCLIENT", "ADDR=198.51.100.9"))))
                .isEqualTo(503);
        assertThat(code(xforward.onVerb(new Command(front, tx, "XFORWARD", "ADDR=198.51.100.9"))))
                .isEqualTo(503);
    }

    @Test
    void forwardedValuesAddUpForTheNextMessage() {
        assertThat(code(xforward.onVerb(command(front, "XFORWARD", "NAME=mx.example ADDR=198.51.100.9"))))
                .isEqualTo(250);
        assertThat(code(xforward.onVerb(command(front, "XFORWARD", "IDENT=ABC SOURCE=remote NAME=[UNAVAILABLE]"))))
                .isEqualTo(250);

        assertThat(front.notes().names())
                .containsExactlyInAnyOrder(
                        "xforward.transaction", "xforward.addr", "xforward.ident", "xforward.source");
        assertThat(front.notes().get(XForward.TRANSACTION)).contains(1);
        assertThat(front.remote().address().getAddress().getHostAddress()).isEqualTo("192.0.2.7");
    }

    @Test
    void whatWasForwardedForAnEarlierMessageDoesNotHoldForTheNext() {
        xforward.onVerb(command(front, "XFORWARD", "HELO=old"));
        front.notes().put(XForward.TRANSACTION, 0);

        xforward.onVerb(command(front, "XFORWARD", "IDENT=new"));

        assertThat(front.notes().names()).containsExactlyInAnyOrder("xforward.transaction", "xforward.ident");
    }

    @Test
    void settingsChangeInPlace() {
        xclient.modified(config());
        xforward.modified(config());

        assertThat(offered(front)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "192.0.2",
                "192.0.2.1/33",
                "192.0.2.1/24",
                "192.0.2.0/-1",
                "192.0.2.0/",
                "::/129",
                "::1%lo",
                "300.1.1.1"
            })
    void whatIsNoNetworkIsRefusedByTheKey(String text) {
        assertThatThrownBy(() -> new Settings(config("xforward", text)))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("xforward");
    }
}
