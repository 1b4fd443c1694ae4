package org.tarishi.plugin.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.api.config.Networks;
import org.tarishi.testing.FakeConfiguration;

class SettingsTest {

    static Config config(String... keysAndValues) {
        var values = new HashMap<String, Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            boolean isList = !keysAndValues[i].equals("all") && !keysAndValues[i].equals("tarishi.non.blocking");
            values.put(keysAndValues[i], isList ? keysAndValues[i + 1].split(";", -1) : keysAndValues[i + 1]);
        }
        return FakeConfiguration.of(Config.class, values);
    }

    static Settings settings(String... keysAndValues) {
        return new Settings(config(keysAndValues));
    }

    @Test
    void theShippedSettingsLetNobodyRelay() {
        assertThat(settings()).isEqualTo(new Settings(Networks.NONE, List.of(), List.of(), List.of(), Set.of(), true));
    }

    @Test
    void allListenersWithoutAllSayNothing() {
        assertThat(settings("allListeners", "trap").allListeners()).isEmpty();
        assertThat(settings("allListeners", "trap;trap2", "all", "true").allListeners())
                .containsExactlyInAnyOrder("trap", "trap2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/8", "fc00::/7", "192.0.2.7", "2001:db8::/32"})
    void aNetworkOfOneOrganisationMayRelay(String network) {
        assertThat(settings("acl", network).acl().isEmpty()).isFalse();
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(delimiter = '|', textBlock = """
        acl          | mx.example    | acl: want addresses and networks such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32: mx.example
        acl          | 0.0.0.0/0     | acl: wider than /8, which would be an open relay; all and allListeners say so where it is meant: 0.0.0.0/0
        acl          | 128.0.0.0/1   | acl: wider than /8, which would be an open relay; all and allListeners say so where it is meant: 128.0.0.0/1
        acl          | ::/0          | acl: wider than /7, which would be an open relay; all and allListeners say so where it is meant: 0:0:0:0:0:0:0:0/0
        acl          | 2000::/3      | acl: wider than /7, which would be an open relay; all and allListeners say so where it is meant: 2000:0:0:0:0:0:0:0/3
        aclTables    | clients       | aclTables: want scheme:name, such as file:relay_dest_domains: clients
        destinations | a.example     | destinations: want scheme:name, such as file:relay_dest_domains: a.example
        routes       | a.example     | routes: want scheme:name, such as file:relay_dest_domains: a.example
        routes       | sql:routes    | tarishi.non.blocking: must be false for a table that is not inline:, file: or regex:: sql:routes
        all          | true          | all: true makes an open relay, so allListeners must name the listeners that it is meant for
        allListeners | *             | allListeners: want names of listeners, such as trap: *
        """)
    void aBadValueIsRefusedByName(String key, String value, String message) {
        assertThatThrownBy(() -> settings(key, value)).hasMessage(message);
    }

    @Test
    void otherTablesAreTakenWhereLookUpsMayWait() {
        assertThat(settings("routes", "sql:routes", "tarishi.non.blocking", "false")
                        .routes())
                .containsExactly("sql:routes");
    }
}
