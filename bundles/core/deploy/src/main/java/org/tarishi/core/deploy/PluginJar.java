package org.tarishi.core.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.tarishi.core.spi.PluginRefusedException;

/**
 * A bundle's file, read before anything is done with it.
 *
 * @param file where it lies
 * @param hash the SHA-256 of its bytes, in hexadecimal
 * @param symbolicName the bundle's symbolic name
 * @param version the bundle's version
 */
record PluginJar(Path file, String hash, String symbolicName, Version version) {

    /** OSGi Core section 1.3.2; it is written into a line of words. */
    private static final Pattern SYMBOLIC_NAME = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");

    /** Reads a file's identity; refuses what is no bundle, in plain words. */
    static PluginJar read(Path file) throws PluginRefusedException {
        var name = String.valueOf(file.getFileName());
        try (var jar = new JarFile(file.toFile())) {
            var manifest = jar.getManifest();
            if (manifest == null) {
                throw new PluginRefusedException(name + " has no manifest: build it with bnd-maven-plugin");
            }
            var attributes = manifest.getMainAttributes();
            var symbolicName = attributes.getValue(Constants.BUNDLE_SYMBOLICNAME);
            if (symbolicName == null) {
                throw new PluginRefusedException(
                        name + " is a jar but no bundle (no Bundle-SymbolicName): build it with bnd-maven-plugin");
            }
            if (attributes.getValue(Constants.FRAGMENT_HOST) != null) {
                throw new PluginRefusedException(name + " is a fragment: a plugin is a bundle of its own");
            }
            var word = symbolicName.split(";", 2)[0].trim();
            if (!SYMBOLIC_NAME.matcher(word).matches()) {
                throw new PluginRefusedException(
                        name + " has a bad Bundle-SymbolicName: letters, digits, dots, hyphens and underscores only");
            }
            return new PluginJar(
                    file, sha256(file), word, Version.parseVersion(attributes.getValue(Constants.BUNDLE_VERSION)));
        } catch (ZipException e) {
            throw new PluginRefusedException(name + " is no jar, or not a whole one: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new PluginRefusedException(name + " has a bad Bundle-Version: " + e.getMessage());
        } catch (IOException e) {
            throw new PluginRefusedException(name + " can't be read: " + e.getMessage());
        }
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            var digest = MessageDigest.getInstance("SHA-256");
            var buffer = new byte[64 * 1024];
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
