package org.tarishi.api.shape;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The shape of the API: rules that keep a plugin of today running on every later 1.x, and a plugin as demanding as they get that
 * compiles against the API alone ({@link StorePlugin}).
 */
final class ProofOfShapeTest {

    private static List<Class<?>> types() throws Exception {
        var root = Path.of("target", "classes");
        try (Stream<Path> files = Files.walk(root)) {
            var names = files.filter(f -> f.toString().endsWith(".class"))
                    .map(f -> root.relativize(f).toString().replace('/', '.'))
                    .map(n -> n.substring(0, n.length() - ".class".length()))
                    .filter(n -> !n.endsWith("package-info"))
                    .toList();
            assertThat(names).hasSizeGreaterThan(100);
            return names.stream().<Class<?>>map(ProofOfShapeTest::load).toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<Class<?>> hooks() throws Exception {
        var hooks = types().stream()
                .filter(t -> t.isInterface() && t.getPackageName().endsWith(".hook"))
                .filter(t ->
                        t.getSimpleName().endsWith("Hook") || t.getSimpleName().equals("VerbHandler"))
                .toList();
        assertThat(hooks).hasSize(27);
        return hooks;
    }

    @ParameterizedTest
    @MethodSource("hooks")
    void aHookHasOneAbstractMethodForEver(Class<?> hook) {
        assertThat(hook.isAnnotationPresent(FunctionalInterface.class)).isTrue();
        assertThat(Arrays.stream(hook.getMethods()).filter(m -> Modifier.isAbstract(m.getModifiers())))
                .hasSize(1);
        assertThat(Arrays.stream(hook.getMethods()).filter(java.lang.reflect.Method::isDefault))
                .as("no overload that calls another")
                .isEmpty();
    }

    @Test
    void whatPluginsAreHandedIsAnInterfaceAndWhatTheyImplementSaysSo() throws Exception {
        for (var hook : hooks()) {
            for (var method : hook.getMethods()) {
                for (var parameter : method.getParameterTypes()) {
                    if (parameter.getName().startsWith("org.tarishi.api")
                            && !parameter.getPackageName().equals("org.tarishi.api")) {
                        assertThat(parameter.isInterface())
                                .as(parameter.getName())
                                .isTrue();
                    }
                }
            }
        }
        // The annotation is not kept at run time, so this reads the class file's constants.
        for (var hook : hooks()) {
            try (var in = hook.getResourceAsStream(hook.getSimpleName() + ".class")) {
                assertThat(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.ISO_8859_1))
                        .as(hook.getName())
                        .contains(ConsumerType.class.getName().replace('.', '/'));
            }
        }
    }

    @Test
    void theApiKnowsNobodyButTheJdk() throws Exception {
        for (var type : types()) {
            for (var method : type.getMethods()) {
                for (var used : Stream.concat(
                                Stream.of(method.getReturnType()), Arrays.stream(method.getParameterTypes()))
                        .toList()) {
                    var name = used.isArray() ? used.getComponentType().getName() : used.getName();
                    assertThat(name.startsWith("java.")
                                    || name.startsWith("org.tarishi.api")
                                    || used.isPrimitive()
                                    || (used.isArray()
                                            && used.getComponentType().isPrimitive()))
                            .as(type.getName() + "." + method.getName() + ": " + name)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void aDemandingPluginNeedsNothingElse() {
        assertThat(StorePlugin.class.getInterfaces()).hasSize(7);
    }
}
