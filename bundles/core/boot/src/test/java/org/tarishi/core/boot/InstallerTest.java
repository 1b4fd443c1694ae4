package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;

/** On a real framework: what the features say is what runs, and nothing else is touched. */
class InstallerTest {

    @TempDir
    Path root;

    @Test
    void thePlanTouchesOnlyWhatTheLauncherInstalled() {
        var wanted = new LinkedHashMap<String, String>();
        wanted.put("tarishi:g:new:1", "f1");
        wanted.put("tarishi:g:same:1", "f2");
        wanted.put("tarishi:g:changed:1", "f3");

        assertThat(Installer.plan(
                        wanted,
                        Map.of("tarishi:g:same:1", "f2", "tarishi:g:changed:1", "old"),
                        Set.of(
                                "tarishi:g:same:1",
                                "tarishi:g:changed:1",
                                "tarishi:g:gone:1",
                                "tarishi-plugin:x",
                                "System Bundle")))
                .isEqualTo(new Installer.Plan(
                        List.of("tarishi:g:gone:1"), List.of("tarishi:g:changed:1"), List.of("tarishi:g:new:1")));
    }

    @Test
    void bundlesRunAtTheirLevelsAndFragmentsAreNotStarted() throws Exception {
        jar("a", "1", Map.of());
        jar("f", "1", Map.of("Fragment-Host", "a"));

        run(features(6, "g:a:1", "g:f:1"));

        assertThat(states(features(6, "g:a:1", "g:f:1")))
                .isEqualTo(Map.of("tarishi:g:a:1", "6 ACTIVE", "tarishi:g:f:1", "6 RESOLVED"));
    }

    @Test
    void whatLeavesTheFeaturesIsUninstalledAndAPluginStays() throws Exception {
        jar("a", "1", Map.of());
        jar("b", "1", Map.of());
        var plugin = jar("p", "1", Map.of());
        run(features(6, "g:a:1", "g:b:1"), plugin);

        assertThat(states(features(6, "g:b:1")))
                .isEqualTo(Map.of("tarishi:g:b:1", "6 ACTIVE", "tarishi-plugin:p", "50 INSTALLED"));
    }

    @Test
    void changedContentUnderTheSameVersionIsUpdated() throws Exception {
        jar("a", "1", Map.of("Bundle-Name", "old"));
        run(features(6, "g:a:1"));

        jar("a", "1", Map.of("Bundle-Name", "new and longer"));

        var name = new String[1];
        run(features(6, "g:a:1"), bundle -> name[0] = bundle.getHeaders("").get("Bundle-Name"));
        assertThat(name[0]).isEqualTo("new and longer");
    }

    @Test
    void whatTheFrameworkKeepsIsNotCompressed() throws Exception {
        var jar = jar("a", "1", Map.of("Bundle-Name", "a".repeat(2000)));
        run(features(6, "g:a:1"));

        Path kept;
        try (var files = Files.walk(root.resolve("cache"))) {
            kept = files.filter(file -> file.endsWith("bundle.jar")).findFirst().orElseThrow();
        }
        assertThat(content(kept)).isEqualTo(content(jar)).isNotEmpty();
        try (var zip = new ZipFile(kept.toFile())) {
            assertThat(zip.stream()).allMatch(entry -> entry.getMethod() == ZipEntry.STORED);
        }
    }

    private static Map<String, String> content(Path jar) throws IOException {
        var content = new TreeMap<String, String>();
        try (var zip = new ZipFile(jar.toFile())) {
            for (var entry : Collections.list(zip.entries())) {
                try (var in = zip.getInputStream(entry)) {
                    content.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return content;
    }

    @Test
    void aBundleThatWasStoppedForGoodIsNotStartedAgain() throws Exception {
        jar("a", "1", Map.of());
        run(features(6, "g:a:1"), Bundle::stop);

        assertThat(states(features(6, "g:a:1"))).isEqualTo(Map.of("tarishi:g:a:1", "6 INSTALLED"));
    }

    @Test
    void anInstallationThatWasCutOffIsMended() throws Exception {
        jar("a", "1", Map.of());
        run(features(6, "g:a:1"), Bundle::stop);

        Files.writeString(root.resolve("cache").resolve("tarishi.installing"), "");

        assertThat(states(features(6, "g:a:1"))).isEqualTo(Map.of("tarishi:g:a:1", "6 ACTIVE"));
    }

    @Test
    void aMissingJarAndABrokenOneLeaveTheOthersRunning() throws Exception {
        jar("a", "1", Map.of());
        Files.writeString(
                Files.createDirectories(root.resolve("repository/g/x/1")).resolve("x-1.jar"), "no jar");

        assertThat(states(features(6, "g:absent:1", "g:x:1", "g:a:1"))).isEqualTo(Map.of("tarishi:g:a:1", "6 ACTIVE"));
    }

    private interface Look {
        void at(Bundle bundle) throws BundleException;
    }

    private Map<String, String> states(Features features) throws Exception {
        var states = new TreeMap<String, String>();
        run(
                features,
                bundle -> states.put(
                        bundle.getLocation(),
                        bundle.adapt(BundleStartLevel.class).getStartLevel() + " "
                                + switch (bundle.getState()) {
                                    case Bundle.ACTIVE -> "ACTIVE";
                                    case Bundle.RESOLVED -> "RESOLVED";
                                    default -> "INSTALLED";
                                }));
        return states;
    }

    private void run(Features features, Path... plugins) throws Exception {
        run(features, bundle -> {}, plugins);
    }

    private void run(Features features, Look look, Path... plugins) throws Exception {
        Files.writeString(Files.createDirectories(root.resolve("repository")).resolve("SHA256SUMS"), "");
        var cache = root.resolve("cache");
        var framework = Platform.framework(Map.of("org.osgi.framework.storage", cache.toString()), () -> {});
        framework.init();
        try {
            var context = framework.getBundleContext();
            for (var plugin : plugins) {
                context.installBundle(
                        "tarishi-plugin:" + plugin.getFileName().toString().replaceAll("-.*", ""),
                        Files.newInputStream(plugin));
            }
            new Installer(context, Repository.open(root.resolve("repository")), cache).reconcile(features);
            framework.start();
            for (var bundle : Arrays.asList(context.getBundles())) {
                if (bundle.getBundleId() != 0) {
                    look.at(bundle);
                }
            }
        } finally {
            framework.stop();
            framework.waitForStop(10_000);
        }
    }

    private static Features features(int level, String... ids) {
        return new Features(
                List.of(),
                Arrays.stream(ids).map(id -> new Features.Entry(id, level)).toList(),
                List.of(),
                List.of(),
                Map.of());
    }

    private Path jar(String name, String version, Map<String, String> headers) throws IOException {
        var manifest = new Manifest();
        var main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", name);
        main.putValue("Bundle-Version", version);
        headers.forEach(main::putValue);
        var file = root.resolve("repository").resolve(Repository.place("g:" + name + ":" + version));
        Files.createDirectories(file.resolveSibling("."));
        try (var out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            out.finish();
        }
        return file;
    }
}
