package org.tarishi.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;

/** When a bundle's documents are read: not while it leaves, when they are gone at any moment. */
final class DeclarationsTest {

    private static final String PID = "org.tarishi.core.server";

    private int state = Bundle.ACTIVE;
    private long modified = 1;
    private int read;

    private final Bundle bundle = fake(Bundle.class, name -> switch (name) {
        case "getState" -> state;
        case "getLastModified" -> modified;
        case "getEntryPaths" -> Collections.enumeration(List.of("OSGI-INF/metatype/server.xml"));
        default -> null;
    });
    private final MetaTypeInformation information =
            fake(MetaTypeInformation.class, name -> name.equals("getPids") ? new String[] {PID} : null);
    private final MetaTypeService metatype = _ -> {
        read++;
        return information;
    };
    private final Declarations declarations =
            new Declarations(fake(BundleContext.class, _ -> null), metatype, new SettingsCheck(Duration.ofSeconds(1)));

    private interface Answers {
        @Nullable Object to(String method);
    }

    private static <T> T fake(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> switch (method.getName()) {
                    case "equals" -> self.hashCode() == arguments[0].hashCode();
                    case "hashCode" -> System.identityHashCode(self);
                    default -> answers.to(method.getName());
                }));
    }

    @Test
    void theyAreReadOnceAndAgainWhenTheBundleIsAnotherOne() {
        assertThat(declarations.of(bundle)).containsExactly(PID);
        assertThat(declarations.of(bundle)).containsExactly(PID);
        assertThat(read).isEqualTo(1);

        modified = 2;

        assertThat(declarations.of(bundle)).containsExactly(PID);
        assertThat(read).isEqualTo(2);
    }

    @Test
    void whatWasReadHoldsUntilTheBundleIsOut() {
        assertThat(declarations.of(bundle)).containsExactly(PID);
        state = Bundle.STOPPING;
        declarations.forget(bundle);
        assertThat(declarations.of(bundle)).containsExactly(PID);

        state = Bundle.INSTALLED;
        modified = 2;

        assertThat(declarations.of(bundle)).containsExactly(PID);
        assertThat(read).isEqualTo(1);
    }

    @Test
    void oneThatIsOutIsNotReadAnyMore() {
        assertThat(declarations.of(bundle)).containsExactly(PID);
        state = Bundle.UNINSTALLED;
        declarations.forget(bundle);

        assertThat(declarations.of(bundle)).isEmpty();

        assertThat(read).isEqualTo(1);
    }
}
