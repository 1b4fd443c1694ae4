package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProvenanceTest {
    private static final Set<String> ALLOWED = Set.of("console.example.com");

    private static int status(Provenance provenance) {
        return provenance.objection(ALLOWED).map(Provenance.Objection::status).orElse(0);
    }

    private static List<String> headers(@Nullable String values) {
        return values == null ? List.of() : Arrays.asList(values.split(" ; "));
    }

    @ParameterizedTest(name = "Host: {0} at {1} gets {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # the loopback names, with any port: it may be forwarded
        localhost                  | 127.0.0.1    | 0
        localhost:8080             | 127.0.0.1    | 0
        LocalHost.:8080            | 127.0.0.1    | 0
        127.0.0.1:8080             | 127.0.0.1    | 0
        127.0.0.2                  | 127.0.0.1    | 0
        [::1]:8080                 | ::1          | 0
        [0:0:0:0:0:0:0:1]          | ::1          | 0
        # an address can't be rebound: the one of the connection is ours
        192.0.2.7:8080             | 192.0.2.7    | 0
        192.0.2.8:8080             | 192.0.2.7    | 421
        [2001:db8::1]              | 2001:db8:0:0:0:0:0:1 | 0
        [2001:db8::2]              | 2001:db8::1  | 421
        # names in the settings
        console.example.com        | 192.0.2.7    | 0
        Console.Example.com:8443   | 192.0.2.7    | 0
        console.example.com.       | 192.0.2.7    | 0
        # anything else may have been rebound
        example.com                | 127.0.0.1    | 421
        evil.example:8080          | 127.0.0.1    | 421
        localhost.evil.example     | 127.0.0.1    | 421
        127.0.0.1.evil.example     | 127.0.0.1    | 421
        xconsole.example.com       | 127.0.0.1    | 421
        # no host at all
        localhost:                 | 127.0.0.1    | 421
        localhost:99999            | 127.0.0.1    | 421
        localhost@evil.example     | 127.0.0.1    | 421
        user@localhost             | 127.0.0.1    | 421
        localhost/x                | 127.0.0.1    | 421
        localhost,evil.example     | 127.0.0.1    | 421
        [::1                       | ::1          | 421
        ''                         | 127.0.0.1    | 421
                                   | 127.0.0.1    | 400
        localhost ; localhost      | 127.0.0.1    | 400
        """)
    void aRequestHasToBeSentToANameOfOurs(@Nullable String hosts, String local, int status) {
        assertThat(status(new Provenance("GET", headers(hosts), List.of(), List.of(), false, false, local)))
                .isEqualTo(status);
    }

    @ParameterizedTest(name = "{0} Origin: {1} Referer: {2} secure={3} gets {4}")
    @CsvSource(delimiter = '|', textBlock = """
        # what changes nothing may come from anywhere
        GET     | http://evil.example    |                              | false | 0
        HEAD    |                        |                              | false | 0
        OPTIONS |                        |                              | false | 0
        # what may change something has to come from our own pages
        POST    | http://localhost:8080  |                              | false | 0
        POST    | HTTP://localhost:8080  |                              | false | 403
        POST    | http://LOCALHOST:8080  |                              | false | 0
        POST    | http://localhost:8081  |                              | false | 403
        POST    | http://localhost       |                              | false | 403
        POST    | http://127.0.0.1:8080  |                              | false | 403
        POST    | http://evil.example    |                              | false | 403
        POST    | http://localhost:8080.evil.example |                  | false | 403
        POST    | null                   |                              | false | 403
        POST    | ''                     |                              | false | 403
        POST    | file://localhost:8080  |                              | false | 403
        POST    | http://localhost:8080 ; http://localhost:8080 |       | false | 403
        POST    |                        |                              | false | 403
        PUT     |                        |                              | false | 403
        DELETE  |                        |                              | false | 403
        PATCH   |                        |                              | false | 403
        TRACE   |                        |                              | false | 403
        get     |                        |                              | false | 403
        # the Referer counts where there is no Origin, and only there
        POST    |                        | http://localhost:8080/x?y=z  | false | 0
        POST    |                        | http://localhost:8080        | false | 0
        POST    |                        | http://localhost:8080?x      | false | 0
        POST    |                        | http://localhost:8080@evil.example/ | false | 403
        POST    |                        | http://evil.example/http://localhost:8080/ | false | 403
        POST    | http://evil.example    | http://localhost:8080/       | false | 403
        POST    | null                   | http://localhost:8080/       | false | 403
        # a proxy may end TLS before us; nobody takes it away behind us
        POST    | https://localhost:8080 |                              | false | 0
        POST    | https://localhost:8080 |                              | true  | 0
        POST    | http://localhost:8080  |                              | true  | 403
        """)
    void aChangeHasToComeFromOurOwnPages(
            String method, @Nullable String origins, @Nullable String referers, boolean secure, int status) {
        var provenance = new Provenance(
                method, List.of("localhost:8080"), headers(origins), headers(referers), false, secure, "127.0.0.1");

        assertThat(status(provenance)).isEqualTo(status);
    }

    @ParameterizedTest(name = "{0} to {1} gets {2}")
    @CsvSource(delimiter = '|', textBlock = """
        http://console.example.com      | console.example.com     | 0
        http://console.example.com      | console.example.com:80  | 0
        https://console.example.com     | console.example.com     | 0
        https://console.example.com     | console.example.com:443 | 0
        https://console.example.com     | console.example.com:80  | 403
        https://console.example.com:444 | console.example.com     | 403
        """)
    void aMissingPortIsTheOneOfTheScheme(String origin, String host, int status) {
        var provenance = new Provenance("POST", List.of(host), List.of(origin), List.of(), false, false, "192.0.2.7");

        assertThat(status(provenance)).isEqualTo(status);
    }

    @Test
    void anUpgradeToWebSocketIsNoHarmlessGet() {
        var provenance = new Provenance(
                "GET", List.of("localhost"), List.of("http://evil.example"), List.of(), true, false, "127.0.0.1");

        assertThat(status(provenance)).isEqualTo(403);
    }
}
