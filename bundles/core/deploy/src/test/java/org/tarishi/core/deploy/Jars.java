package org.tarishi.core.deploy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Makes plugins' jars, good ones unless a test spoils them. */
final class Jars {

    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    private Jars() {}

    /** A bundle with a plugin of one hook component. */
    static Jars plugin(String version) {
        return new Jars()
                .header("Bundle-ManifestVersion", "2")
                .header("Bundle-SymbolicName", "org.tarishi.plugin.p")
                .header("Bundle-Version", version)
                .header("Service-Component", "OSGI-INF/p.xml")
                .component("p", Guest.class, "")
                .type(Guest.class);
    }

    /** Promises that it has no effect but its answers. */
    Jars shadowSafe() {
        return component("p", Guest.class, "<property name=\"tarishi.shadow.safe\" type=\"Boolean\" value=\"true\"/>");
    }

    Jars header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    Jars without(String name) {
        headers.remove(name);
        entries.remove(name);
        return this;
    }

    Jars entry(String name, byte[] bytes) {
        entries.put(name, bytes);
        return this;
    }

    Jars entry(String name, String text) {
        return entry(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Describes a component; {@code more} goes in as it is. */
    Jars component(String id, Class<?> type, String more) {
        int attributes = more.contains("<") ? more.indexOf('<') : more.length();
        return entry("OSGI-INF/p.xml", """
            <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="P" %s>
              <implementation class="%s"/>
              <service><provide interface="java.lang.Runnable"/></service>
              <property name="tarishi.smtp.plugin" value="%s"/>
              %s
            </scr:component>
            """.formatted(
                        more.substring(0, attributes), type.getName(), id, more.substring(attributes)));
    }

    Jars type(Class<?> type) {
        var name = type.getName().replace('.', '/') + ".class";
        try (var in = Objects.requireNonNull(type.getClassLoader()).getResourceAsStream(name)) {
            return entry(name, Objects.requireNonNull(in).readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes() {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.forEach((key, value) -> manifest.getMainAttributes().putValue(key, value));
        var bytes = new ByteArrayOutputStream();
        try (var out = new JarOutputStream(bytes, manifest)) {
            for (var entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    Path write(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    /** A component that is well. */
    public static final class Guest implements Runnable {
        @Override
        public void run() {}
    }

    /** A component whose constructor throws. */
    public static final class Failing implements Runnable {

        /** Fails. */
        public Failing() {
            throw new IllegalStateException("no licence");
        }

        @Override
        public void run() {}
    }

    /** What a component needs and its bundle does not have. */
    public static final class Elsewhere {
        private Elsewhere() {}

        /** Does nothing. */
        public static void touch() {}
    }

    /** A component that uses a class which is not there. */
    public static final class Torn implements Runnable {

        /** Uses it. */
        public Torn() {
            Elsewhere.touch();
        }

        @Override
        public void run() {}
    }

    /** A component that does not let go until a system property says so. */
    public static final class Clinging implements Runnable {

        /** The property. */
        public static final String LET_GO = "org.tarishi.test.letgo";

        @Override
        public void run() {}

        /** Blocks, interrupted or not. */
        public void stop() {
            while (System.getProperty(LET_GO) == null) {
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /** A component whose thread goes on after its end. */
    public static final class Haunting implements Runnable {

        /** Starts it. */
        public Haunting() {
            Thread.ofPlatform().daemon().name("ghost").start(() -> {
                while (System.getProperty(Clinging.LET_GO) == null) {
                    LockSupport.parkNanos(1_000_000);
                }
            });
        }

        @Override
        public void run() {}
    }

    /** A component whose thread ends with it. */
    public static final class Working implements Runnable {

        private final Thread thread =
                Thread.ofPlatform().daemon().name("worker").unstarted(Working::work);

        /** Starts it. */
        public Working() {
            thread.start();
        }

        private static void work() {
            while (!Thread.currentThread().isInterrupted()) {
                LockSupport.park();
            }
        }

        @Override
        public void run() {}

        /** Ends it. */
        public void stop() throws InterruptedException {
            thread.interrupt();
            thread.join();
        }
    }

    /** A component that stays where all can reach it. */
    public static final class Hoarded implements Runnable {

        /** Stays. */
        public Hoarded() {
            System.getProperties().put(Clinging.LET_GO + ".hoard", this);
        }

        @Override
        public void run() {}
    }
}
