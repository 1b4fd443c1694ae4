package org.tarishi.core.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.SaslMechanism;
import org.tarishi.testing.FakeConnection;

/** What the tests of mechanisms share. */
final class Kit {

    static final SmtpConnection CLIENT = FakeConnection.from("192.0.2.7").withLocalName("mx.example");

    private Kit() {}

    static Config config(Map<String, ?> some) {
        return (Config) Proxy.newProxyInstance(
                Config.class.getClassLoader(),
                new Class<?>[] {Config.class},
                (_, method, _) ->
                        some.containsKey(method.getName()) ? some.get(method.getName()) : method.getDefaultValue());
    }

    static Sasl sasl(Path folder, Map<String, ?> some) {
        return new Sasl(new Settings(config(some)), folder);
    }

    static SaslMechanism.Exchange begin(SaslMechanism mechanism, CredentialStore... stores) {
        return mechanism.begin(CLIENT, List.of(stores));
    }

    static SaslMechanism.Step step(SaslMechanism.Exchange exchange, String response) throws Exception {
        return exchange.step(response.getBytes(StandardCharsets.UTF_8));
    }

    static String challenge(SaslMechanism.Step step) {
        assertThat(step).isInstanceOf(SaslMechanism.Challenge.class);
        return new String(((SaslMechanism.Challenge) step).data(), StandardCharsets.UTF_8);
    }
}
