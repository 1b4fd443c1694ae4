package org.tarishi.itests.harness;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Makes bundles out of bundles, by changing what stands in them. */
public final class PluginJar {

    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    /** Reads a jar. */
    public PluginJar(Path jar) throws IOException {
        try (var file = new JarFile(jar.toFile())) {
            for (var entry : file.stream().filter(each -> !each.isDirectory()).toList()) {
                try (var in = file.getInputStream(entry)) {
                    entries.put(entry.getName(), in.readAllBytes());
                }
            }
        }
    }

    /** Sets a header of the manifest. */
    public PluginJar header(String name, String value) throws IOException {
        var manifest = manifest();
        manifest.getMainAttributes().putValue(name, value);
        return manifest(manifest);
    }

    /** Returns a header of the manifest, empty when it is not there. */
    public String header(String name) throws IOException {
        return Objects.requireNonNullElse(manifest().getMainAttributes().getValue(name), "");
    }

    /** Takes a header out of the manifest. */
    public PluginJar withoutHeader(String name) throws IOException {
        var manifest = manifest();
        manifest.getMainAttributes().remove(new Attributes.Name(name));
        return manifest(manifest);
    }

    /** Sets an entry. */
    public PluginJar entry(String name, String text) {
        return entry(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sets an entry. */
    public PluginJar entry(String name, byte[] bytes) {
        entries.put(name, bytes.clone());
        return this;
    }

    /** Adds those entries of another jar whose names begin so. */
    public PluginJar entriesOf(Path jar, String beginning) throws IOException {
        new PluginJar(jar).entries.forEach((name, bytes) -> {
            if (name.startsWith(beginning)) {
                entries.putIfAbsent(name, bytes);
            }
        });
        return this;
    }

    /** Replaces a text in each file below OSGI-INF; it must be there. */
    public PluginJar replaceInComponents(String text, String by) {
        var isThere = false;
        for (var entry : entries.entrySet()) {
            if (entry.getKey().startsWith("OSGI-INF/")) {
                var before = new String(entry.getValue(), StandardCharsets.UTF_8);
                isThere |= before.contains(text);
                entry.setValue(before.replace(text, by).getBytes(StandardCharsets.UTF_8));
            }
        }
        if (!isThere) {
            throw new IllegalArgumentException("not in OSGI-INF: " + text);
        }
        return this;
    }

    /** Returns the jar. */
    public byte[] bytes() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new JarOutputStream(bytes)) {
            // The manifest has to be the first entry, or JarInputStream doesn't see it.
            put(out, JarFile.MANIFEST_NAME, Objects.requireNonNull(entries.get(JarFile.MANIFEST_NAME)));
            for (var entry : entries.entrySet()) {
                if (!entry.getKey().equals(JarFile.MANIFEST_NAME)) {
                    put(out, entry.getKey(), entry.getValue());
                }
            }
        }
        return bytes.toByteArray();
    }

    /** Writes the jar, and returns where. */
    public Path write(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    private static void put(JarOutputStream out, String name, byte[] bytes) throws IOException {
        var entry = new ZipEntry(name);
        entry.setTime(0);
        out.putNextEntry(entry);
        out.write(bytes);
        out.closeEntry();
    }

    private Manifest manifest() throws IOException {
        return new Manifest(new ByteArrayInputStream(Objects.requireNonNull(entries.get(JarFile.MANIFEST_NAME))));
    }

    private PluginJar manifest(Manifest manifest) throws IOException {
        var bytes = new ByteArrayOutputStream();
        manifest.write(bytes);
        return entry(JarFile.MANIFEST_NAME, bytes.toByteArray());
    }
}
