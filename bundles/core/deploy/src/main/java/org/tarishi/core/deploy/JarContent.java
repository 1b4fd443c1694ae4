package org.tarishi.core.deploy;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serial;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.tarishi.api.Text;
import org.tarishi.core.spi.PluginRefusedException;

/**
 * Reads all of a jar once, within bounds and without running anything of it, and finds the plugins that it describes.
 *
 * <p>Every entry is unpacked and thrown away: what an entry says of its own size is not believed.
 */
final class JarContent {

    private static final int MAGIC = 0xcafebabe;
    private static final int PREVIEW = 0xffff;

    /** Class file versions are those of Java plus this (JVMS table 4.1-A). */
    private static final int CLASS_VERSION_OFFSET = 44;

    private static final byte[] NESTED = {'P', 'K', 3, 4};
    private static final int DEEPEST = 3;
    private static final int HEAD = 8;
    private static final String API = "org/tarishi/api/";
    private static final Pattern VERSIONED = Pattern.compile("META-INF/versions/(\\d{1,4})/.*");

    private final String shown;
    private final boolean isApi;
    private final Set<String> classes = new HashSet<>();
    private final Set<String> resources = new LinkedHashSet<>();
    private long left;

    private JarContent(String shown, boolean isApi, long most) {
        this.shown = shown;
        this.isApi = isApi;
        this.left = most;
    }

    /** More than may be unpacked. */
    private static final class TooMuchException extends IOException {
        @Serial
        private static final long serialVersionUID = 1L;
    }

    /**
     * Reads a jar, and returns the components that it describes.
     *
     * @param isApi whether it is the API, and no bundle that should leave its classes out
     */
    static List<ComponentXml> read(JarFile jar, String serviceComponent, String shown, boolean isApi, long most)
            throws PluginRefusedException, IOException {
        var content = new JarContent(shown, isApi, most);
        try {
            for (var entry : (Iterable<JarEntry>) () -> jar.entries().asIterator()) {
                if (!entry.isDirectory()) {
                    try (var in = jar.getInputStream(entry)) {
                        content.entry(entry.getName(), in, 0);
                    }
                }
            }
        } catch (TooMuchException e) {
            throw new PluginRefusedException(shown + " unpacks to more than " + most + " octets (maxContentBytes of "
                    + Deploy.PID + "): it is no plugin, or packs too much");
        }
        return content.components(jar, serviceComponent);
    }

    private void entry(String name, InputStream packed, int depth) throws PluginRefusedException, IOException {
        var in = new BufferedInputStream(new Counted(packed));
        in.mark(HEAD);
        var head = in.readNBytes(HEAD);
        in.reset();
        if (depth == 0 && name.endsWith(".class")) {
            checkClass(name, head);
            classes.add(name);
        } else if (depth == 0) {
            resources.add(name);
        }
        if (isNested(head)) {
            if (depth == DEEPEST) {
                throw new PluginRefusedException(
                        shown + " has jars in jars in jars in it: a bundle's own jars stand in it directly");
            }
            nested(in, depth + 1);
        }
        in.transferTo(OutputStream.nullOutputStream());
    }

    private void nested(InputStream in, int depth) throws PluginRefusedException, IOException {
        var zip = new ZipInputStream(in);
        try {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                ZipDirectory.checkName(entry.getName(), shown);
                if (!entry.isDirectory()) {
                    entry(entry.getName(), zip, depth);
                }
            }
        } catch (ZipException e) {
            // Nobody can unpack it: so it is a sample of something and no jar, and costs nobody more than its size.
        }
    }

    private static boolean isNested(byte[] head) {
        if (head.length < NESTED.length) {
            return false;
        }
        for (int i = 0; i < NESTED.length; i++) {
            if (head[i] != NESTED[i]) {
                return false;
            }
        }
        return true;
    }

    private void checkClass(String name, byte[] head) throws PluginRefusedException {
        int here = Runtime.version().feature();
        var versioned = VERSIONED.matcher(name);
        if (versioned.matches() && Integer.parseInt(versioned.group(1)) > here) {
            return;
        }
        if (name.startsWith(API) && !isApi) {
            throw new PluginRefusedException(shown + " carries a copy of the API (" + name
                    + "): import org.tarishi.api.* and leave its classes out");
        }
        if (head.length < HEAD || integer(head, 0) != MAGIC) {
            throw new PluginRefusedException(
                    shown + " has a broken class in it, " + Text.escaped(name) + ": build it again");
        }
        int minor = integer(head, 4) >>> 16;
        int java = (integer(head, 4) & 0xffff) - CLASS_VERSION_OFFSET;
        if (java > here) {
            throw new PluginRefusedException(shown + " is built for Java " + java + " (" + Text.escaped(name)
                    + "), and this server runs on Java " + here + ": compile it with --release " + here
                    + ", or run the server on Java " + java);
        }
        if (minor == PREVIEW) {
            throw new PluginRefusedException(shown + " is built with preview features of Java " + java + " ("
                    + Text.escaped(name) + "), which the server does not enable: compile it without --enable-preview");
        }
    }

    private static int integer(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
    }

    /** Reads the components that the header {@code Service-Component} names (OSGi Declarative Services section 112.4.1). */
    private List<ComponentXml> components(JarFile jar, String header) throws PluginRefusedException, IOException {
        var components = new ArrayList<ComponentXml>();
        for (var clause : header.split(",", -1)) {
            var path = clause.split(";", 2)[0].trim();
            if (path.isEmpty()) {
                continue;
            }
            var named = resources.stream().filter(name -> matches(path, name)).toList();
            if (named.isEmpty() && path.indexOf('*') < 0) {
                throw new PluginRefusedException(shown + " says that " + Text.escaped(path)
                        + " describes a component, and has no such file: build it again, all of it");
            }
            for (var name : named) {
                try (var in = jar.getInputStream(jar.getEntry(name))) {
                    components.addAll(ComponentXml.read(in, name, shown));
                }
            }
        }
        return components;
    }

    /** A star stands for any name in the last part of a path. */
    private static boolean matches(String path, String name) {
        int slash = path.lastIndexOf('/');
        var pattern = path.substring(slash + 1);
        return name.startsWith(path.substring(0, slash + 1))
                && name.indexOf('/', slash + 1) < 0
                && Pattern.matches(Pattern.quote(pattern).replace("*", "\\E.*\\Q"), name.substring(slash + 1));
    }

    /** Counts what is unpacked, of all entries together. */
    private final class Counted extends FilterInputStream {

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int read = super.read(bytes, from, length);
            count(Math.max(read, 0));
            return read;
        }

        private void count(int read) throws TooMuchException {
            left -= read;
            if (left < 0) {
                throw new TooMuchException();
            }
        }
    }
}
