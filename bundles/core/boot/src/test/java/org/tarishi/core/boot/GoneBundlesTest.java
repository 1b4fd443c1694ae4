package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.launch.Framework;

final class GoneBundlesTest {

    @TempDir
    private Path folder;

    @Test
    void aBundleThatIsUninstalledIsNotKeptForTheServicesThatItHasUsed() throws Exception {
        var framework = Platform.framework(
                Map.of("org.osgi.framework.storage", folder.resolve("cache").toString()), () -> {});
        framework.init();
        try {
            GoneBundles.forgetUsages(framework);
            framework.start();
            framework.getBundleContext().registerService(Runnable.class, () -> {}, null);

            var gone = useAndUninstall(framework);

            for (int i = 0; i < 50 && !gone.refersTo(null); i++) {
                System.gc();
            }
            assertThat(gone.refersTo(null)).isTrue();
        } finally {
            framework.stop();
            framework.waitForStop(10_000);
        }
    }

    private WeakReference<Bundle> useAndUninstall(Framework framework) throws IOException, BundleException {
        var bundle = framework.getBundleContext().installBundle(jar().toUri().toString());
        bundle.start();
        var context = bundle.getBundleContext();
        var reference = context.getServiceReference(Runnable.class);
        context.getService(reference).run();
        context.ungetService(reference);
        bundle.uninstall();
        return new WeakReference<>(bundle);
    }

    private Path jar() throws IOException {
        var manifest = new Manifest();
        var main = manifest.getMainAttributes();
        main.putValue("Manifest-Version", "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "a");
        var file = folder.resolve("a.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            out.putNextEntry(new ZipEntry("a"));
        }
        return file;
    }
}
