package org.tarishi.core.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.tarishi.api.Text;
import org.tarishi.core.spi.PluginRefusedException;

/**
 * A plugin's file, read before anything is done with it.
 *
 * @param file where it lies
 * @param hash the SHA-256 of its bytes, in hexadecimal
 * @param symbolicName the bundle's symbolic name
 * @param version the bundle's version
 * @param plugins the ids of the plugins that it describes
 * @param swapsInPlace whether one of its components can't be there twice
 * @param shadowing whether all of its hook components may be tried as a shadow
 */
record PluginJar(
        Path file,
        String hash,
        String symbolicName,
        Version version,
        Set<String> plugins,
        boolean swapsInPlace,
        ComponentXml.Shadowing shadowing) {

    /** OSGi Core section 1.3.2; it is written into a line of words. */
    private static final Pattern SYMBOLIC_NAME = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");

    private static final int BUFFER = 64 * 1024;

    PluginJar {
        plugins = Set.copyOf(plugins);
    }

    /**
     * How large a file may be.
     *
     * @param file its own octets
     * @param content the octets of all that is packed into it
     */
    record Limits(long file, long content) {

        /** For what has been taken in before. */
        static final Limits NONE = new Limits(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /** Reads a file; refuses what is no plugin, in plain words. Nothing of it runs. */
    static PluginJar read(Path file, String name, Limits limits) throws PluginRefusedException {
        var shown = Text.escaped(name);
        try {
            var head = head(file);
            if (head.length < 4 || head[0] != 'P' || head[1] != 'K') {
                throw new PluginRefusedException(shown + " " + whatItIs(file, head));
            }
            ZipDirectory.check(file, shown);
            try (var jar = new JarFile(file.toFile(), false)) {
                return read(jar, file, shown, limits);
            }
        } catch (ZipException e) {
            throw new PluginRefusedException(shown + " is no jar, or not a whole one (" + Text.escaped(message(e))
                    + "): copy or download it again");
        } catch (IOException e) {
            throw new PluginRefusedException(shown + " can't be read: " + Text.escaped(message(e)));
        }
    }

    private static byte[] head(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(4);
        }
    }

    private static String whatItIs(Path file, byte[] head) throws IOException {
        if (head.length == 0) {
            return "is empty: copy or download it again";
        }
        if (head[0] == '<') {
            return "is a web page and no jar: the download failed, look at it in a browser";
        }
        if (head.length > 1 && head[0] == 0x1f && (head[1] & 0xff) == 0x8b) {
            return "is packed with gzip and no jar: unpack it, and put the jar in";
        }
        return Files.size(file) < 4
                ? "is cut off: a jar ends with the list of what is in it; copy or download it again"
                : "is no jar: a plugin is a bundle, built with bnd-maven-plugin";
    }

    private static String message(IOException e) {
        return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
    }

    private static PluginJar read(JarFile jar, Path file, String shown, Limits limits)
            throws PluginRefusedException, IOException {
        Attributes attributes;
        try {
            var manifest = jar.getManifest();
            if (manifest == null) {
                throw new PluginRefusedException(shown + " has no manifest: build it with bnd-maven-plugin");
            }
            attributes = manifest.getMainAttributes();
        } catch (ZipException e) {
            throw e;
        } catch (IOException e) {
            throw new PluginRefusedException(shown + " has a manifest that can't be read (" + Text.escaped(message(e))
                    + "): let bnd-maven-plugin write it");
        }
        var symbolicName = symbolicName(attributes, shown);
        var version = version(attributes, shown);
        var components = JarContent.read(
                jar,
                Objects.requireNonNullElse(attributes.getValue("Service-Component"), ""),
                shown,
                symbolicName.equals(CoreParts.API),
                limits.content());
        return new PluginJar(
                file,
                sha256(file),
                symbolicName,
                version,
                ids(components),
                components.stream().anyMatch(ComponentXml::swapsInPlace),
                // The worst of them is the last of the names.
                components.stream()
                        .filter(component -> !component.plugin().isEmpty())
                        .map(ComponentXml::shadowing)
                        .max(Comparator.naturalOrder())
                        .orElse(ComponentXml.Shadowing.NOT_PROMISED));
    }

    private static Set<String> ids(List<ComponentXml> components) {
        var ids = new TreeSet<String>();
        components.stream()
                .map(ComponentXml::plugin)
                .filter(id -> !id.isEmpty())
                .forEach(ids::add);
        return ids;
    }

    private static String symbolicName(Attributes attributes, String shown) throws PluginRefusedException {
        var symbolicName = attributes.getValue(Constants.BUNDLE_SYMBOLICNAME);
        if (symbolicName == null) {
            throw new PluginRefusedException(
                    shown + " is a jar but no bundle (no Bundle-SymbolicName): build it with bnd-maven-plugin");
        }
        if (attributes.getValue(Constants.FRAGMENT_HOST) != null) {
            throw new PluginRefusedException(shown + " is a fragment: a plugin is a bundle of its own");
        }
        var word = symbolicName.split(";", 2)[0].trim();
        if (!SYMBOLIC_NAME.matcher(word).matches()) {
            throw new PluginRefusedException(
                    shown + " has a bad Bundle-SymbolicName: letters, digits, dots, hyphens and underscores only");
        }
        if (!"2".equals(attributes.getValue(Constants.BUNDLE_MANIFESTVERSION))) {
            throw new PluginRefusedException(
                    shown + " has no Bundle-ManifestVersion: 2, so that the framework would not"
                            + " know its name: build it with bnd-maven-plugin");
        }
        return word;
    }

    private static Version version(Attributes attributes, String shown) throws PluginRefusedException {
        try {
            return Version.parseVersion(attributes.getValue(Constants.BUNDLE_VERSION));
        } catch (IllegalArgumentException e) {
            throw new PluginRefusedException(shown + " has a bad Bundle-Version, "
                    + Text.escaped(String.valueOf(attributes.getValue(Constants.BUNDLE_VERSION)))
                    + ": it is three numbers with dots, and a word if need be, such as 1.2.3.rc1");
        }
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            var digest = MessageDigest.getInstance("SHA-256");
            var buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Returns the bundle location that its bytes have in the framework. */
    String location() {
        return PluginStore.LOCATION + hash;
    }

    @Override
    public String toString() {
        return symbolicName + " " + version;
    }
}
