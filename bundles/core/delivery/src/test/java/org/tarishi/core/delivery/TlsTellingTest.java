package org.tarishi.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.api.outbound.MxResult;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.outbound.RouteTls;
import org.tarishi.api.service.TlsFailedException;
import org.tarishi.api.service.TlsFailedException.Kind;
import org.tarishi.core.spi.MailMarks;

/** What is told for reports on TLS (RFC 8460). */
class TlsTellingTest {

    private static final String GOOD = "3 1 1 " + "ab".repeat(32);
    private static final String TLSA = "_25._tcp.mx.a.example TLSA";
    private static final String STS = "_mta-sts.a.example TXT";
    private static final String ENFORCED = "version: STSv1\r\nmode: enforce\r\nmx: mx.a.example\r\nmax_age: 86400\r\n";

    @TempDir
    Path folder;

    private final List<String> told = new ArrayList<>();
    private final FakeMail mail = FakeMail.to("a.example");

    private Stage stage(Object... settings) {
        var stage = new Stage(folder, settings);
        stage.dns.with("a.example MX", "10 mx.a.example").with("mx.a.example A", "192.0.2.1");
        stage.agent()
                .bindResults(result -> told.add(result.domain() + " "
                        + result.policy().kind() + " "
                        + result.policy().domain() + " " + result.policy().lines() + " "
                        + result.failure()
                                .map(each -> each.fault() + " " + each.host() + " " + each.address())
                                .orElse("ok")));
        return stage;
    }

    private void deliver(Stage stage, ScriptedClient.Act... acts) {
        stage.client.then(acts);
        if (stage.agent().route(mail) instanceof MxResult.Routes(var routes)) {
            stage.attempt(mail, routes.toArray(Route[]::new));
        }
    }

    private static ScriptedClient.Act fails(Kind kind, String why, Exception... causes) {
        return ScriptedClient.fails(
                causes.length == 0
                        ? new TlsFailedException(kind, why)
                        : new TlsFailedException(kind, why, new SSLHandshakeException(why).initCause(causes[0])));
    }

    @Test
    void aSessionIsToldWithThePolicyThatItWasHeldTo() {
        deliver(stage(), ScriptedClient.takes());
        var dane = stage();
        dane.dns.signed().with(TLSA, GOOD);
        deliver(dane, ScriptedClient.takes());
        var sts = stage();
        sts.dns.with(STS, "\"v=STSv1; id=1\"");
        sts.policies.put("a.example", ENFORCED);
        deliver(sts, ScriptedClient.takes());

        assertThat(told)
                .containsExactly(
                        "a.example NONE a.example [] ok",
                        "a.example TLSA mx.a.example [" + GOOD + "] ok",
                        "a.example STS a.example [version: STSv1, mode: enforce, mx: mx.a.example, max_age: 86400] ok");
    }

    @Test
    void whatWasWrongIsToldByItsKind() {
        var kinds = new ArrayList<String>();
        for (var act : List.of(
                fails(Kind.NOT_OFFERED, "STARTTLS is not offered"),
                fails(Kind.HANDSHAKE, "no version in common"),
                fails(Kind.CERTIFICATE, "expired", new CertificateExpiredException("it has expired")),
                fails(Kind.CERTIFICATE, "it does not hold the name mx", new CertificateException("x")),
                fails(Kind.CERTIFICATE, "no authority that is trusted here has signed it"),
                fails(Kind.CERTIFICATE, "no TLSA record matches it"),
                fails(Kind.UNAVAILABLE, "no TLS is installed here"))) {
            told.clear();
            deliver(stage(), act);
            kinds.add(told.isEmpty() ? "" : told.getFirst().replaceFirst("a.example NONE a.example \\[\\] ", ""));
        }

        assertThat(kinds)
                .containsExactly(
                        "STARTTLS_NOT_SUPPORTED mx.a.example 192.0.2.1",
                        "VALIDATION_FAILURE mx.a.example 192.0.2.1",
                        "CERTIFICATE_EXPIRED mx.a.example 192.0.2.1",
                        "CERTIFICATE_HOST_MISMATCH mx.a.example 192.0.2.1",
                        "CERTIFICATE_NOT_TRUSTED mx.a.example 192.0.2.1",
                        "VALIDATION_FAILURE mx.a.example 192.0.2.1",
                        "");
    }

    @Test
    void aHostWhoseRecordsCanNotBeHadAndOneThatThePolicyDoesNotNameAreTold() {
        var dane = stage();
        dane.dns.signed().failing(TLSA);
        deliver(dane);
        var sts = stage();
        sts.dns
                .with("a.example MX", "10 evil.example")
                .with("evil.example A", "192.0.2.66")
                .with(STS, "\"v=STSv1; id=1\"");
        sts.policies.put("a.example", ENFORCED.replace("enforce", "testing"));
        deliver(sts, ScriptedClient.takes());

        assertThat(told)
                .containsExactly(
                        "a.example TLSA mx.a.example [] DNSSEC_INVALID mx.a.example 192.0.2.1",
                        "a.example STS a.example [version: STSv1, mode: testing, mx: mx.a.example, max_age: 86400]"
                                + " VALIDATION_FAILURE evil.example 192.0.2.66");
    }

    @Test
    void whatAPolicyThatIsTestedWouldHaveRefusedIsToldAndNothingIsRefused() {
        var stage = stage();
        stage.dns.with(STS, "\"v=STSv1; id=1\"");
        stage.policies.put("a.example", ENFORCED.replace("enforce", "testing"));
        deliver(
                stage,
                ScriptedClient.takesWith("it has expired"),
                ScriptedClient.takesWith("no authority that is trusted here has signed it"));
        deliver(stage);

        assertThat(stage.client.spokenTo)
                .allSatisfy(route -> assertThat(route.tls().orElseThrow())
                        .isEqualTo(RouteTls.OPPORTUNISTIC
                                .watching(List.of("mx.a.example"))
                                .withReason("default")));
        assertThat(told.stream().map(each -> each.replaceFirst(".*\\] ", "")))
                .containsExactly(
                        "CERTIFICATE_EXPIRED mx.a.example 192.0.2.1", "CERTIFICATE_NOT_TRUSTED mx.a.example 192.0.2.1");
    }

    @Test
    void aSessionIsCountedOnceHoweverManyMailsGoByIt() {
        var stage = stage();
        deliver(stage, ScriptedClient.takes(), ScriptedClient.takesAnother());
        deliver(stage);

        assertThat(stage.client.spokenTo).hasSize(2);
        assertThat(told).containsExactly("a.example NONE a.example [] ok");
    }

    @Test
    void aPolicyThatCanNotBeHadIsTold() {
        var stage = stage();
        stage.dns.with(STS, "\"v=STSv1; id=1\"");
        stage.route(mail);
        stage.policies.put("a.example", "nothing");
        stage.clock.pass(java.time.Duration.ofMinutes(6));
        stage.route(mail);

        assertThat(told)
                .containsExactly(
                        "a.example STS a.example [] STS_POLICY_FETCH_ERROR  ",
                        "a.example STS a.example [] STS_POLICY_INVALID  ");
    }

    @Test
    void ofHostsThatSomebodyHasNamedAndOfMailThatGoesAnyhowNothingIsTold() {
        var stage = stage("routes", Configs.lines("* = smart.example"));
        deliver(stage, ScriptedClient.takes());
        mail.transactionNotes().put(MailMarks.TLS_OPTIONAL, "tlsrpt");
        deliver(stage(), ScriptedClient.takes());

        assertThat(told).isEmpty();
    }

    @Test
    void aMailThatGoesAnyhowHeedsNeitherRecordsNorPoliciesUnlessItDemandsTls() {
        mail.transactionNotes().put(MailMarks.TLS_OPTIONAL, "tlsrpt");
        var stage = stage();
        stage.dns.signed().failing(TLSA).with(STS, "\"v=STSv1; id=1\"");
        stage.policies.put("a.example", ENFORCED.replace("mx.a", "other"));

        assertThat(stage.hop(mail).tls().orElseThrow().toString()).isEqualTo("opportunistic (default)");
        mail.requireTls();
        assertThat(stage.nowhere(mail)).startsWith("defer 451 4.7.5");
    }
}
