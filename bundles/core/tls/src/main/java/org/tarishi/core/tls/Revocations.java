package org.tarishi.core.tls;

import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The revocation lists of clients' authorities that the settings name. One thread. */
final class Revocations {

    private final Path conf;
    private final Clock clock;
    private final Map<Path, RevocationFile> files = new LinkedHashMap<>();

    /**
     * Makes it, without a list.
     *
     * @param conf the folder of settings
     */
    Revocations(Path conf, Clock clock) {
        this.conf = conf;
        this.clock = clock;
    }

    /**
     * Looks at all files, and takes up what has changed.
     *
     * @return whether other lists are in force now
     */
    boolean look(List<Path> named) {
        var wanted = named.stream().map(conf::resolve).toList();
        boolean isOther = files.keySet().retainAll(wanted);
        for (var file : wanted) {
            isOther |= files.computeIfAbsent(file, _ -> new RevocationFile(file, clock))
                    .look();
        }
        return isOther;
    }

    /** Reads files, and takes nothing up; throws with what is wrong. */
    static void check(List<Path> files, Clock clock) throws KeyFileException {
        for (var file : files) {
            RevocationFile.check(file, clock);
        }
    }

    List<X509CRL> inForce() {
        return files.values().stream().flatMap(file -> file.inForce().stream()).toList();
    }

    /** What is in force and what is not, a line each. */
    List<String> lines() {
        var lines = new ArrayList<String>();
        files.values().forEach(file -> file.lines().forEach(line -> lines.add("revocation list: " + line)));
        return lines;
    }
}
