package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrossingTest {
    private final List<String> answered = new ArrayList<>();

    @Test
    void aRequestThatDidNotPassTheGuardIsRefusedBeforeItsSessionIsLookedAt(@TempDir Path data) throws IOException {
        var crossing = new Crossing(new Access(Examples.SETTINGS, data, new TestClock(), new SecureRandom()));
        // A request without any attribute; asking it anything else fails the test.
        var request = fake(HttpServletRequest.class, "getAttribute");
        var response = fake(HttpServletResponse.class, "sendError");

        assertThat(crossing.admit(request, response)).isEmpty();
        assertThat(answered)
                .containsExactly(
                        "getAttribute[" + Crossing.GUARDED + "]",
                        "sendError[503, The console is starting or stopping.]");
    }

    private <T> T fake(Class<T> type, String only) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo(only);
                    answered.add(only + Arrays.toString(arguments));
                    return null;
                }));
    }
}
