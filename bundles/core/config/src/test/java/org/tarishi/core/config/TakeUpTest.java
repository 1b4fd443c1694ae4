package org.tarishi.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Constants;
import org.osgi.framework.dto.BundleDTO;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

@Timeout(30)
class TakeUpTest {

    private static final String PID = "org.tarishi.sample";

    private final AtomicInteger asked = new AtomicInteger();
    private int torn;

    /** SCR as far as it is asked here; that often a component is just getting its settings when it is asked for. */
    private ServiceComponentRuntime runtime(ComponentConfigurationDTO component) {
        return (ServiceComponentRuntime) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ServiceComponentRuntime.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getComponentDescriptionDTOs" -> List.of(component.description);
                    case "isComponentEnabled" -> true;
                    case "getComponentConfigurationDTOs" -> {
                        if (asked.getAndIncrement() < torn) {
                            throw new NullPointerException("m");
                        }
                        yield List.of(component);
                    }
                    default -> throw new AssertionError(method);
                });
    }

    private static ComponentConfigurationDTO failed() {
        var component = new ComponentConfigurationDTO();
        component.description = new ComponentDescriptionDTO();
        component.description.name = "sample";
        component.description.bundle = new BundleDTO();
        component.description.configurationPid = new String[] {PID};
        component.description.configurationPolicy = "optional";
        component.properties = Map.of(Constants.SERVICE_PID, PID, "port", 25);
        component.state = ComponentConfigurationDTO.FAILED_ACTIVATION;
        component.failure = "no such place";
        return component;
    }

    @Test
    void aComponentThatIsJustGettingItsSettingsIsAskedForAgain() {
        torn = 2;
        var takeUp = new TakeUp(() -> runtime(failed()), Duration.ofSeconds(20));

        assertThat(takeUp.refusal(PID, Map.of("port", 25), Set.of())).isEqualTo("sample failed: no such place");
        assertThat(asked).hasValue(3);
    }

    @Test
    void whatFailedBeforeIsSeenBehindSuchAMomentToo() {
        torn = 1;

        assertThat(new TakeUp(() -> runtime(failed()), Duration.ofSeconds(20)).failing(PID))
                .containsExactly("0/sample");
    }
}
