package org.tarishi.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tarishi.core.spi.PluginRefusedException;

final class PluginJarTest {

    @TempDir
    Path folder;

    @Test
    void aBundleIsKnownByNameVersionAndBytes() throws Exception {
        var one = PluginJar.read(
                jar("a.jar", Map.of("Bundle-SymbolicName", "x.y;singleton:=true", "Bundle-Version", "1.2")));
        var other = PluginJar.read(jar("b.jar", Map.of("Bundle-SymbolicName", "x.y", "Bundle-Version", "1.3")));

        assertThat(one).hasToString("x.y 1.2.0");
        assertThat(one.location()).matches("tarishi-plugin:[0-9a-f]{64}").isNotEqualTo(other.location());
    }

    @Test
    void whatIsNoBundleIsRefusedInPlainWords() throws Exception {
        assertRefused(
                jar("plain.jar", Map.of()),
                "plain.jar is a jar but no bundle (no Bundle-SymbolicName): build it with bnd-maven-plugin");
        assertRefused(
                jar("part.jar", Map.of("Bundle-SymbolicName", "x", "Fragment-Host", "y")),
                "part.jar is a fragment: a plugin is a bundle of its own");
        assertRefused(
                jar("odd.jar", Map.of("Bundle-SymbolicName", "x", "Bundle-Version", "one")),
                "odd.jar has a bad Bundle-Version: ");
        assertRefused(
                jar("blank.jar", Map.of("Bundle-SymbolicName", "x y")),
                "blank.jar has a bad Bundle-SymbolicName: letters");
        var torn = folder.resolve("torn.jar");
        Files.write(torn, new byte[] {'P', 'K', 3, 4, 0});
        assertRefused(torn, "torn.jar is no jar, or not a whole one: ");
        assertRefused(folder.resolve("gone.jar"), "gone.jar can't be read: ");
    }

    private static void assertRefused(Path file, String message) {
        assertThatThrownBy(() -> PluginJar.read(file))
                .isInstanceOf(PluginRefusedException.class)
                .hasMessageStartingWith(message);
    }

    private Path jar(String name, Map<String, String> headers) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.forEach((key, value) -> manifest.getMainAttributes().putValue(key, value));
        var file = folder.resolve(name);
        try (var out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            out.finish();
        }
        return file;
    }
}
