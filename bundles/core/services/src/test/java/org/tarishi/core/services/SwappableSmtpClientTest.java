package org.tarishi.core.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.core.spi.SmtpClientBackend;
import org.tarishi.testing.FakeMessage;

class SwappableSmtpClientTest {

    private static final Route ROUTE = Route.to("mx.example", 25);
    private static final List<Recipient> TO = List.of(Recipient.parse("<a@b.example>"));

    private final SwappableSmtpClient client = new SwappableSmtpClient(new Settings(Duration.ZERO, Duration.ZERO));
    private final FakeMessage message = FakeMessage.of("Subject: a", "", "b");
    private final List<String> sent = new ArrayList<>();

    private SmtpClientBackend saying(String word) {
        return (route, from, to, mail, terms) -> {
            sent.add(String.join(
                    " ",
                    word,
                    route.toString(),
                    from.toString(),
                    to.toString(),
                    terms.connectTimeout().toString(),
                    String.valueOf(terms.allRecipientsOrNone()),
                    String.valueOf(terms.authPreferred())));
            return new Said(Reply.of(250, word));
        };
    }

    @Test
    void eachMessageGoesByTheBackendOfItsMoment() throws Exception {
        var first = saying("first");
        client.bindBackend(first);
        assertThat(client.send(ROUTE, ReversePath.NULL, TO, message, client.options())
                        .decisive()
                        .text())
                .isEqualTo("first");

        client.bindBackend(saying("second"));
        client.unbindBackend(first);
        assertThat(client.send(ROUTE, ReversePath.NULL, TO, message, client.options())
                        .decisive()
                        .text())
                .isEqualTo("second");
    }

    @Test
    void optionsReachTheBackendAndNeverChange() throws Exception {
        client.bindBackend(saying("said"));
        var all = client.options().connectTimeout(Duration.ofSeconds(5)).allRecipientsOrNone();

        client.send(ROUTE, ReversePath.NULL, TO, message, all);
        client.send(ROUTE, ReversePath.NULL, TO, message, all.authPreferred());
        client.send(ROUTE, ReversePath.NULL, TO, message, client.options());

        assertThat(sent)
                .containsExactly(
                        "said smtp://mx.example:25 <> [<a@b.example>] PT5S true false",
                        "said smtp://mx.example:25 <> [<a@b.example>] PT5S true true",
                        "said smtp://mx.example:25 <> [<a@b.example>] PT30S false false");
    }

    @Test
    void withoutABackendSendingFails() {
        assertThatThrownBy(() -> client.send(ROUTE, ReversePath.NULL, TO, message, client.options()))
                .isInstanceOf(IOException.class)
                .hasMessage("no SMTP client is installed, waited PT0S");
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        assertThatThrownBy(() -> client.send(ROUTE, ReversePath.NULL, List.of(), message, client.options()))
                .hasMessage("want at least one recipient");
        assertThatThrownBy(() -> client.options().connectTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private record Said(Reply decisive) implements SmtpClient.Outcome {

        @Override
        public Optional<Reply> refusal() {
            return Optional.empty();
        }

        @Override
        public boolean isSessionRefused() {
            return false;
        }

        @Override
        public List<Reply> recipients() {
            return List.of(decisive);
        }

        @Override
        public List<Reply> data() {
            return List.of(decisive);
        }
    }
}
