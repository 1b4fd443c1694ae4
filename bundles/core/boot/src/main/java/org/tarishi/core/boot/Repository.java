package org.tarishi.core.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The distribution's bundles, in Maven's layout.
 *
 * <p>{@code SHA256SUMS} in its root is written by the build in the form that {@code sha256sum -c} reads.
 */
public final class Repository {

    private final Path folder;
    private final Map<String, String> sums;

    private Repository(Path folder, Map<String, String> sums) {
        this.folder = folder;
        this.sums = sums;
    }

    /** Opens a repository and reads its sums. */
    static Repository open(Path folder) throws IOException {
        var sums = new HashMap<String, String>();
        for (var line : Files.readAllLines(folder.resolve("SHA256SUMS"))) {
            var gap = line.indexOf("  ");
            if (gap > 0) {
                sums.put(line.substring(gap + 2), line.substring(0, gap));
            }
        }
        return new Repository(folder, sums);
    }

    /** Returns the place of an artifact, below the root of a repository. */
    public static String place(String id) {
        var parts = id.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("want group:artifact:version: " + id);
        }
        return parts[0].replace('.', '/') + '/' + parts[1] + '/' + parts[2] + '/' + parts[1] + '-' + parts[2] + ".jar";
    }

    Path file(String id) {
        return folder.resolve(place(id));
    }

    /**
     * Returns a text that differs whenever the content of an artifact may differ.
     *
     * <p>The sum alone would miss a jar that somebody put there by hand; size and time alone would miss a new release, because the
     * archive is reproducible and all its files bear one time. Reading every jar at each start would cost what start-up may not.
     */
    String fingerprint(String id) throws IOException {
        var file = file(id);
        return sums.getOrDefault(place(id), "-")
                + ' '
                + Files.size(file)
                + ' '
                + Files.getLastModifiedTime(file).toMillis();
    }
}
