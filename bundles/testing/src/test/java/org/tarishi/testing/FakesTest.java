package org.tarishi.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.Hello;
import org.tarishi.api.NoteCodec;
import org.tarishi.api.NoteKey;
import org.tarishi.api.Recipient;
import org.tarishi.api.message.Message.WriteOption;
import org.tarishi.api.service.LookupException;

class FakesTest {

    private record Mine(String word) {}

    @Test
    void aNoteOfAPluginsOwnClassNeedsACodec() {
        var notes = new FakeNotes();

        assertThatThrownBy(() -> notes.put(NoteKey.of("a.b", Mine.class), new Mine("x")))
                .isInstanceOf(IllegalArgumentException.class);

        var key = NoteKey.of("a.b", Mine.class, new NoteCodec<Mine>() {
            @Override
            public int version() {
                return 1;
            }

            @Override
            public byte[] encode(Mine value) {
                return value.word().getBytes(UTF_8);
            }

            @Override
            public Mine decode(int version, byte[] bytes) {
                return new Mine(version + new String(bytes, UTF_8));
            }
        });
        notes.put(key, new Mine("x"));
        assertThat(notes.get(key)).contains(new Mine("1x"));
    }

    @Test
    void aNoteOfAnotherTypeReadsAsAbsent() {
        var notes = new FakeNotes();
        notes.put(NoteKey.of("a.b", String.class), "x");

        assertThat(notes.get(NoteKey.of("a.b", Integer.class))).isEmpty();
        notes.putIfAbsent(NoteKey.of("a.b", String.class), "y");
        assertThat(notes.get(NoteKey.of("a.b", String.class))).contains("x");
        notes.remove(NoteKey.of("a.b", Integer.class));
        assertThat(notes.names()).isEmpty();
    }

    @Test
    void resultsStandUnderTheirWriter() {
        var results = new FakeResults();
        results.pass("a");
        results.increment("n", 2);
        results.increment("n", 3);
        results.push("l", "x");
        results.push("l", 1);
        results.as("other").fail("b");

        assertThat(results.own().summary()).isEqualTo("pass:a, n:5, l:[x, 1]");
        assertThat(results.own().counter("n")).isEqualTo(5);
        assertThat(results.all().keySet()).containsExactly(FakeResults.PLUGIN, "other");
        assertThatThrownBy(() -> results.put("k", new Mine("x"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void untouchedFieldsStayTrueToTheByte() {
        var bytes = "A: 1\r\nb:\r\n\tx \r\nnonsense\r\nA: \u00e9\r\n\r\nbody".getBytes(ISO_8859_1);
        var message = FakeMessage.ofBytes(bytes);

        message.headers().prepend("Received", "here");
        message.headers().append("Z", "gr\u00fc\u00dfe");

        assertThat(message.headers().first("Z")).contains("gr\u00fc\u00dfe");
        assertThat(message.headers().all("a")).hasSize(2);
        assertThat(message.headers().first("B")).contains("x");
        assertThat(message.headers().remove("z")).isEqualTo(1);
        assertThat(message.headers().remove("received")).isEqualTo(1);
        assertThat(message.open()).hasBinaryContent(bytes);
        assertThat(message.body().size()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000b", "a\rb", "\u007f"})
    void aValueCannotForgeAField(String value) {
        var headers = FakeMessage.of("A: b", "", "").headers();

        assertThatThrownBy(() -> headers.append("X", value)).isInstanceOf(IllegalArgumentException.class);
        headers.append("X", "a\r\nBcc: b");
        assertThat(headers.all("Bcc")).isEmpty();
    }

    @Test
    void addressesAndWordsAreRead() {
        var headers = FakeMessage.of(
                        "To: Ann <ann@a.example>, \"B, b\" <b@b.example>, c@c.example, =?utf-8?Q?=C3=BC_x?= <d@d.example>",
                        "")
                .headers();

        assertThat(headers.addresses("to").stream().map(a -> a.name() + "/" + a.address()))
                .containsExactly("Ann/ann@a.example", "B, b/b@b.example", "/c@c.example", "\u00fc x/d@d.example");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        ''                     | A: b<CRLF><CRLF>.c<CRLF>
        LF                     | A: b<LF><LF>.c<LF>
        DOT_STUFFED,FINAL_DOT  | A: b<CRLF><CRLF>..c<CRLF>.<CRLF>
        BODY_ONLY              | .c<CRLF>
        """)
    void aMessageIsWrittenAsAsked(String options, String wanted) throws Exception {
        var set = EnumSet.noneOf(WriteOption.class);
        for (var name : options.isEmpty() ? List.<String>of() : List.of(options.split(",", -1))) {
            set.add(WriteOption.valueOf(name));
        }
        var out = new ByteArrayOutputStream();

        FakeMessage.of("A: b", "", ".c").writeTo(out, set);

        assertThat(out.toString(UTF_8))
                .isEqualTo(wanted.replace("<CRLF>", "\r\n").replace("<LF>", "\n"));
    }

    @Test
    void theRecipientThatIsAskedAboutIsNotAmongTheAcceptedOnes() {
        var tx = FakeTransaction.from("192.0.2.7").withRecipients("<a@b.example>");
        var asked = tx.asking("<c@b.example>");
        var others = List.of(Recipient.parse("<d@b.example>"));

        assertThat(tx.recipients().all()).containsExactly(Recipient.parse("<a@b.example>"));
        assertThat(tx.recipients().replace(asked, others)).isTrue();
        assertThat(tx.asked()).isEqualTo(others);
        assertThat(tx.recipients().replace(Recipient.parse("<a@b.example>"), List.of()))
                .isTrue();
        assertThat(tx.recipients().all()).isEmpty();
        assertThat(tx.recipientsTried()).isEqualTo(2);
    }

    @Test
    void relayingOfAConnectionHoldsForItsTransactionsAndNotTheOtherWayRound() {
        var connection = FakeConnection.from("2001:db8::1")
                .withHello(Hello.Verb.EHLO, "mx.example")
                .withUser("ann");
        FakeTransaction.of(connection).grantRelaying("test");
        assertThat(connection.isRelaying()).isFalse();

        connection.grantRelaying("test");
        assertThat(FakeTransaction.of(connection).isRelaying()).isTrue();
        assertThat(connection.protocol()).isEqualTo("ESMTPA");
    }

    @ParameterizedTest(name = "{0}: private {1}, local {2}")
    @CsvSource({
        "127.0.0.1, true, true",
        "10.1.2.3, true, false",
        "192.0.2.7, true, false",
        "fd00::1, true, false",
        "1.1.1.1, false, false",
        "2606:4700::1, false, false"
    })
    void peersKnowTheirNetwork(String address, boolean isPrivate, boolean isLocal) {
        var peer = FakeConnection.from(address).remote();

        assertThat(peer.isPrivate()).isEqualTo(isPrivate);
        assertThat(peer.isLocal()).isEqualTo(isLocal);
    }

    @Test
    void aTableThatWasNotGivenFailsForNow() throws Exception {
        var tables = new FakeTables().with("file:a", Map.of("K", "v")).with("file:b", "l");

        assertThat(tables.open(List.of("file:b", "file:a")).get("k")).contains("v");
        assertThatThrownBy(() -> tables.open("file:c").get("k")).isInstanceOf(LookupException.class);
        assertThatThrownBy(() -> tables.open("c")).isInstanceOf(IllegalArgumentException.class);
    }
}
