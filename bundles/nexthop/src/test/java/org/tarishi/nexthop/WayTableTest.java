package org.tarishi.nexthop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Recipient;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.Table;
import org.tarishi.api.service.Tables;
import org.tarishi.testing.FakeTables;

class WayTableTest {

    private static final WayReader READER = new WayReader(
            new Manner(false, 25, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false));

    private static Optional<String> host(WayTable table, String path) throws Exception {
        return table.of(Recipient.parse(path).mailbox())
                .flatMap(way -> way.hops().getFirst().host());
    }

    private static WayTable table(Map<String, String> entries) {
        return WayTable.open("routes", new FakeTables().with("file:r", entries), List.of("file:r"), READER);
    }

    @Test
    void theWholeAddressComesBeforeItsDomain() throws Exception {
        var table = table(Map.of("boss@a.example", "one.example", "a.example", "two.example"));

        assertThat(host(table, "<boss@a.example>")).hasValue("one.example");
        assertThat(host(table, "<Boss@A.example>")).hasValue("one.example");
        assertThat(host(table, "<u@a.example>")).hasValue("two.example");
        assertThat(host(table, "<u@b.example>")).isEmpty();
    }

    @Test
    void whatStandsForAllBelowADomainHidesNoDomainOfItsOwn() throws Exception {
        // As tables of files and of settings do: a key with a dot in front stands for every key that ends so.
        Table ends = key -> key.equals("sub.a.example")
                ? Optional.of("own.example")
                : key.endsWith(".a.example") ? Optional.of("below.example") : Optional.empty();
        var tables = new Tables() {
            @Override
            public Table open(String name) {
                return ends;
            }

            @Override
            public Table open(List<String> names) {
                return ends;
            }
        };
        var table = WayTable.open("routes", tables, List.of("file:r"), READER);

        assertThat(host(table, "<u@sub.a.example>")).hasValue("own.example");
        assertThat(host(table, "<u@other.a.example>")).hasValue("below.example");
    }

    @Test
    void eitherFormOfADomainWillDo() throws Exception {
        assertThat(host(table(Map.of("möwe.example", "one.example")), "<u@xn--mwe-sna.example>"))
                .hasValue("one.example");
    }

    @Test
    void whatStandsThereWronglyIsToldWithoutItsText() {
        assertThatThrownBy(() -> host(table(Map.of("a.example", "smtp://me:secret@")), "<u@a.example>"))
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageStartingWith("routes has no next hop for a.example: ")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() ->
                        host(WayTable.open("routes", new FakeTables(), List.of("file:r"), READER), "<u@a.example>"))
                .isInstanceOf(LookupException.class);
        assertThatThrownBy(() -> WayTable.open("routes", new FakeTables(), List.of("nonsense"), READER))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("routes: ");
    }
}
