package org.tarishi.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is refused, and in which words: each case once, its text in {@code refusals.txt}. A refused file leaves nothing behind, and what was in
 * force stays so.
 */
final class RefusalTest {

    private static final int NEWER = 44 + 99;

    @TempDir
    Path base;

    /** Makes a file that is refused. */
    @FunctionalInterface
    private interface Case {
        Path make() throws Exception;
    }

    private Path bytes(String name, byte[] bytes) throws IOException {
        return Files.write(base.resolve(name), bytes);
    }

    private Path text(String name, String text) throws IOException {
        return bytes(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private Path jar(Jars jar) throws IOException {
        return jar.write(base.resolve("p.jar"));
    }

    private static Jars good() {
        return Jars.plugin("2.0.0");
    }

    /** Changes each occurrence of some bytes for as many others. */
    private static byte[] patched(byte[] bytes, String from, String to) {
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(from);
        return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] zip(String name, byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bytes)) {
            zip.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] classFile(int major, int minor) {
        return new byte[] {
            (byte) 0xca, (byte) 0xfe, (byte) 0xba, (byte) 0xbe, (byte) (minor >> 8), (byte) minor, 0, (byte) major, 0
        };
    }

    /** Marks the last entry of the central directory. */
    private static byte[] withDirectory(byte[] zip, int offset, byte... values) {
        for (int at = zip.length - 22; at >= 0; at--) {
            if (zip[at] == 'P' && zip[at + 1] == 'K' && zip[at + 2] == 1 && zip[at + 3] == 2) {
                System.arraycopy(values, 0, zip, at + offset, values.length);
                return zip;
            }
        }
        throw new AssertionError("no directory");
    }

    private static byte[] link(byte[] zip) {
        withDirectory(zip, 5, (byte) 3);
        return withDirectory(zip, 38, (byte) 0, (byte) 0, (byte) 0xff, (byte) 0xa1);
    }

    private Case named(String symbolicName) {
        return () -> jar(good().header("Bundle-SymbolicName", symbolicName));
    }

    private Map<String, Case> cases() {
        var cases = new LinkedHashMap<String, Case>();
        cases.put("no file", () -> base.resolve("gone.jar"));
        cases.put("a folder", () -> Files.createDirectories(base.resolve("folder.jar")));
        cases.put("an empty file", () -> text("empty.jar", ""));
        cases.put("a text", () -> text("text.jar", "hello, this is no jar\n"));
        cases.put("two octets", () -> text("two.jar", "PK"));
        cases.put("a web page", () -> text("page.jar", "<!DOCTYPE html><title>404</title>"));
        cases.put("packed with gzip", () -> bytes("p.jar", gzip(good().bytes())));
        cases.put("truncated", () -> {
            var whole = good().bytes();
            return bytes("p.jar", Arrays.copyOf(whole, whole.length / 2));
        });
        cases.put("the directory does not fit", () -> {
            var whole = good().bytes();
            var tail = Arrays.copyOfRange(whole, whole.length - 60, whole.length);
            return bytes("p.jar", concat("PK\3\4".getBytes(StandardCharsets.ISO_8859_1), tail));
        });
        cases.put("no manifest", () -> bytes("p.jar", zip("x.txt", new byte[1])));
        cases.put(
                "a manifest that can't be read",
                () -> bytes("p.jar", zip("META-INF/MANIFEST.MF", "nonsense\n".getBytes(StandardCharsets.UTF_8))));
        cases.put("a jar and no bundle", () -> jar(good().without("Bundle-SymbolicName")));
        cases.put("no manifest version", () -> jar(good().without("Bundle-ManifestVersion")));
        cases.put("a bad name", named("a b"));
        cases.put("a bad version", () -> jar(good().header("Bundle-Version", "one")));
        cases.put("a fragment", () -> jar(good().header("Fragment-Host", "org.tarishi.api")));
        cases.put("a name that leads out", () -> jar(good().entry("../../etc/cron.d/x", "")));
        cases.put("an absolute name", () -> jar(good().entry("/etc/cron.d/x", "")));
        cases.put("a backslash", () -> jar(good().entry("..\\x", "")));
        cases.put("a drive", () -> jar(good().entry("C:x", "")));
        cases.put(
                "a NUL in a name",
                () -> bytes("p.jar", patched(good().entry("a~b", "").bytes(), "a~b", "a\0b")));
        cases.put(
                "a name that leads out of a jar within", () -> jar(good().entry("lib.jar", zip("../x", new byte[1]))));
        cases.put(
                "a link",
                () -> bytes("p.jar", link(good().entry("zz", "/etc/passwd").bytes())));
        cases.put(
                "twice the same name",
                () -> bytes(
                        "p.jar",
                        patched(good().entry("aa", "1").entry("bb", "2").bytes(), "bb", "aa")));
        cases.put(
                "encrypted",
                () -> bytes("p.jar", withDirectory(good().entry("zz", "x").bytes(), 8, (byte) 9)));
        cases.put("a bomb", () -> jar(good().entry("zeros", new byte[2_000_000])));
        cases.put("a bomb in a jar", () -> jar(good().entry("lib.jar", zip("zeros", new byte[2_000_000]))));
        cases.put(
                "jars in jars in jars",
                () -> jar(good().entry("1.jar", zip("2.jar", zip("3.jar", zip("4.jar", zip("x", new byte[1])))))));
        cases.put("too large", () -> {
            var noise = new byte[300_000];
            new java.util.Random(1).nextBytes(noise);
            return jar(good().entry("noise", noise));
        });
        cases.put("classes of a newer Java", () -> jar(good().entry("a/B.class", classFile(NEWER, 0))));
        cases.put(
                "classes with preview features",
                () -> jar(good().entry("a/B.class", classFile(Runtime.version().feature() + 44, 0xffff))));
        cases.put("a broken class", () -> jar(good().entry("a/B.class", "nonsense")));
        cases.put("a copy of the API", () -> jar(good().entry("org/tarishi/api/Reply.class", classFile(65, 0))));
        cases.put("no plugin in it", () -> jar(good().without("Service-Component")));
        cases.put("components that are no hooks", () -> jar(good().component("", Jars.Guest.class, "")));
        cases.put("a description that is not there", () -> jar(good().without("OSGI-INF/p.xml")));
        cases.put("a description that can't be read", () -> jar(good().entry("OSGI-INF/p.xml", "<component")));
        cases.put("a part of the server", named("org.tarishi.core.message"));
        cases.put("a part of the server that does not run", named("org.tarishi.core.server"));
        cases.put("the console where there is none", named("org.tarishi.core.admin"));
        cases.put("a part of the platform", named("org.apache.felix.scr"));
        cases.put("a header that the framework does not take", () -> jar(good().header("Import-Package", "a;;=b")));
        cases.put("imports twice", () -> jar(good().header("Import-Package", "com.acme,com.acme")));
        cases.put("a package", () -> jar(good().header("Import-Package", "com.acme")));
        cases.put("a package from a version on", () -> jar(good().header("Import-Package", "com.acme;version=1.2")));
        cases.put("a package in a range", () -> jar(good().header("Import-Package", "com.acme;version=\"[1.2,2)\"")));
        cases.put(
                "a package in a closed range",
                () -> jar(good().header("Import-Package", "com.acme;version=\"[1.2,1.9]\"")));
        cases.put(
                "a package in one version",
                () -> jar(good().header("Import-Package", "com.acme;version=\"[1.2,1.2]\"")));
        cases.put("two packages", () -> jar(good().header("Import-Package", "com.acme,com.beta")));
        cases.put(
                "a package in another version than ours",
                () -> jar(good().header("Import-Package", "com.acme.twice;version=\"[2,3)\"")));
        cases.put("another API", () -> jar(good().header("Import-Package", "org.tarishi.api.hook;version=\"[2,3)\"")));
        cases.put("a bundle", () -> jar(good().header("Require-Bundle", "com.acme;bundle-version=\"[1,2)\"")));
        cases.put(
                "a newer Java",
                () -> jar(good().header("Require-Capability", "osgi.ee;filter:=\"(&(osgi.ee=JavaSE)(version=99))\"")));
        cases.put(
                "an extender",
                () -> jar(
                        good().header(
                                        "Require-Capability",
                                        "osgi.extender;filter:=\"(&(osgi.extender=acme)(version>=1.0.0)(!(version>=2.0.0)))\"")));
        cases.put(
                "a capability",
                () -> jar(good().header("Require-Capability", "com.acme.colour;filter:=\"(colour=red)\"")));
        cases.put(
                "a service that somebody must offer",
                () -> jar(
                        good().header("Require-Capability", "osgi.service;filter:=\"(objectClass=com.acme.Clock)\"")));
        cases.put(
                "native code for others",
                () -> jar(good().header("Bundle-NativeCode", "x.dll;osname=QNX").entry("x.dll", "x")));
        cases.put("an activator that is not there", () -> jar(good().header("Bundle-Activator", "com.acme.Gone")));
        cases.put(
                "a component that fails",
                () -> jar(good().component("p", Jars.Failing.class, "").type(Jars.Failing.class)));
        cases.put(
                "a component whose class uses one that is not there",
                () -> jar(good().component("p", Jars.Torn.class, "").type(Jars.Torn.class)));
        cases.put(
                "a component whose class is not there",
                () -> jar(good().without(Jars.Guest.class.getName().replace('.', '/') + ".class")));
        cases.put(
                "a component that waits for a service",
                () -> jar(good().component(
                                "p",
                                Jars.Guest.class,
                                "<reference name=\"r\" interface=\"com.acme.Clock\" policy=\"dynamic\""
                                        + " bind=\"b\" unbind=\"u\"/>")));
        cases.put(
                "a component that waits for a certain service",
                () -> jar(good().component(
                                "p",
                                Jars.Guest.class,
                                "<reference name=\"r\" interface=\"com.acme.Clock\" target=\"(zone=utc)\""
                                        + " bind=\"b\" unbind=\"u\"/>")));
        cases.put(
                "a component that wants settings",
                () -> jar(good().component(
                                "p",
                                Jars.Guest.class,
                                "configuration-policy=\"require\" configuration-pid=\"com.acme\"")));
        cases.put(
                "a component that is disabled",
                () -> jar(good().component("p", Jars.Guest.class, "enabled=\"false\"")));
        return cases;
    }

    private static byte[] concat(byte[] one, byte[] other) {
        var both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    @Test
    void eachIsRefusedInItsWordsAndLeavesNothingBehind() throws Exception {
        var golden = new TreeMap<String, String>();
        for (var line : golden()) {
            var parts = line.split(": ", 2);
            golden.put(parts[0], parts[1]);
        }
        var actual = new TreeMap<String, String>();
        try (var container = new Container(base, "maxFileBytes", 200_000L, "maxContentBytes", 1_000_000L)) {
            container.file("first.jar", Jars.plugin("1.0.0"));
            assertThat(container.run("install", "first.jar")).startsWith("0 ");
            int bundles = container.framework.getBundleContext().getBundles().length;
            for (var one : cases().entrySet()) {
                var said = container.run("install", one.getValue().make().toString());
                var lines = said.replace(base.toString(), "BASE").lines().toList();
                actual.put(
                        one.getKey(),
                        lines.getLast()
                                .replaceFirst("^1 ", "")
                                .replaceFirst("^replaces .*; can't be done: ", "")
                                .replaceFirst("felix.scr [0-9.]+", "felix.scr VERSION"));
                assertThat(said).as(one.getKey()).startsWith("1 ");
                assertThat(container.running()).as(one.getKey()).containsExactly("1.0.0");
                assertThat(container.framework.getBundleContext().getBundles())
                        .as(one.getKey())
                        .hasSize(bundles);
                assertThat(container.files("plugins")).as(one.getKey()).hasSize(1);
            }
        }
        assertThat(actual).hasSizeGreaterThanOrEqualTo(40);
        assertThat(new TreeSet<>(lines(actual))).containsExactlyElementsOf(new TreeSet<>(lines(golden)));
    }

    private static List<String> lines(Map<String, String> texts) {
        return texts.entrySet().stream()
                .map(one -> one.getKey() + ": " + one.getValue())
                .toList();
    }

    private static List<String> golden() throws IOException {
        try (var in = RefusalTest.class.getResourceAsStream("/refusals.txt")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("MACHINE", System.getProperty("os.name") + ", " + System.getProperty("os.arch"))
                    .replace("JAVA", Integer.toString(Runtime.version().feature()))
                    .lines()
                    .toList();
        }
    }
}
