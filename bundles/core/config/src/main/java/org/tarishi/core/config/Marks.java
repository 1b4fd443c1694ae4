package org.tarishi.core.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which bundle has found the last good text of a PID good, and which values it had in mind: so that the same bundle need not be asked the
 * same at each start, which is a tenth of one. A mark that is lost costs a check, and one that does not fit is none.
 */
final class Marks {

    private static final Logger log = LoggerFactory.getLogger(Marks.class);

    private final Path folder;

    Marks(Path folder) {
        this.folder = folder;
    }

    /** Tells whether a bundle, as it is installed now, has found good what led to these values. */
    boolean has(String pid, Bundle bundle, Map<String, Object> values) {
        try {
            return mark(bundle, values).equals(SafeFiles.read(file(pid)));
        } catch (IOException e) {
            log.debug("no mark of {}", pid, e);
            return false;
        }
    }

    /**
     * Remembers it.
     *
     * @param bundle the only one that has a say; where there are several, or none, nothing is remembered
     */
    void put(String pid, @Nullable Bundle bundle, Map<String, Object> values) throws IOException {
        if (bundle == null) {
            forget(pid);
            return;
        }
        var file = file(pid);
        var mark = mark(bundle, values);
        if (!mark.equals(SafeFiles.read(file))) {
            // Not forced to the disk: half of one is none.
            Files.writeString(file, mark);
        }
    }

    void forget(String pid) throws IOException {
        Files.deleteIfExists(file(pid));
    }

    private Path file(String pid) {
        return folder.resolve(pid + ".mark");
    }

    /** Another version, or the same one installed anew, is another bundle. The sum is no protection: who could forge it could change settings. */
    private static String mark(Bundle bundle, Map<String, Object> values) {
        var text = new StringBuilder();
        new TreeMap<>(values).forEach((key, value) -> {
            text.append(key).append(' ').append(value.getClass().getName());
            for (var item : Values.items(value)) {
                text.append('\0').append(item.getClass().getName()).append(' ').append(item);
            }
            text.append('\n');
        });
        var sum = new CRC32();
        sum.update(text.toString().getBytes(StandardCharsets.UTF_8));
        return installed(bundle) + " " + text.length() + " " + Long.toHexString(sum.getValue()) + "\n";
    }

    /** Returns what tells a bundle, as it is installed now, from any other. */
    static String installed(Bundle bundle) {
        return bundle.getBundleId() + " " + bundle.getVersion() + " " + bundle.getLastModified();
    }
}
