package org.tarishi.core.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys and certificates on disk: the default ones, those of each folder for the name that it has, and the development certificate
 * where there are none. One thread.
 */
final class Store {

    private static final Logger LOG = LoggerFactory.getLogger(Store.class);

    /** More names than this are a mistake, such as a folder that holds something else. */
    private static final int MOST_FOLDERS = 10_000;

    private static final String DEFAULT = "every name";

    private final Path conf;
    private final Clock clock;
    private final DevelopmentCertificate development;
    private Group others;
    private final Map<String, Group> folders = new TreeMap<>();
    private List<Identity> shownOtherwise = List.of();

    /**
     * Makes it.
     *
     * @param conf the folder of settings
     * @param data where the development certificate is kept
     */
    Store(Path conf, Path data, Clock clock) {
        this.conf = conf;
        this.clock = clock;
        this.development = new DevelopmentCertificate(data.resolve("tls"), clock);
        this.others = new Group(DEFAULT, clock);
    }

    /**
     * Looks at all files, and takes up what has changed.
     *
     * @param isAtOnce whether what has changed is taken as it is, such as at a start
     * @param mayMake whether a certificate is made where there is none, which takes a while
     * @return whether something else is in force now
     */
    boolean look(Settings settings, boolean isAtOnce, boolean mayMake) {
        var folder = conf.resolve(settings.folder());
        var names = new TreeMap<String, List<Path>>();
        var files = new ArrayList<Path>();
        list(folder, names, files);
        boolean isOther = false;
        for (var gone : new ArrayList<>(folders.keySet())) {
            if (!names.containsKey(gone)) {
                folders.remove(gone);
                LOG.info("certificate for {} is gone, with its folder", gone);
                isOther = true;
            }
        }
        for (var entry : names.entrySet()) {
            isOther |= folders.computeIfAbsent(entry.getKey(), name -> new Group(name, clock))
                    .look(entry.getValue(), isAtOnce);
        }
        var wanted = settings.files().isEmpty()
                ? files
                : settings.files().stream().map(conf::resolve).toList();
        if (!wanted.isEmpty()) {
            isOther |= others.look(wanted, isAtOnce);
        } else if (!others.inForce().isEmpty()) {
            LOG.info("certificate for {} is gone, with its files", DEFAULT);
            others = new Group(DEFAULT, clock);
            isOther = true;
        }
        boolean isOtherwise = chooseOtherwise(mayMake);
        return isOther || isOtherwise;
    }

    /** What is shown for every name where there is no default: the first folder's, else what is made for development. */
    private boolean chooseOtherwise(boolean mayMake) {
        var before = shownOtherwise;
        shownOtherwise = others.inForce().isEmpty()
                ? folders.values().stream()
                        .map(Group::inForce)
                        .filter(identities -> !identities.isEmpty())
                        .findFirst()
                        .orElseGet(mayMake ? development::get : development::find)
                : List.of();
        return !before.equals(shownOtherwise);
    }

    private void list(Path folder, Map<String, List<Path>> names, List<Path> files) {
        try (var entries = Files.newDirectoryStream(folder)) {
            for (var entry : entries) {
                var name = String.valueOf(entry.getFileName());
                if (KeyFile.isOne(entry) && Files.isRegularFile(entry)) {
                    files.add(entry);
                } else if (!name.startsWith(".") && Files.isDirectory(entry) && names.size() < MOST_FOLDERS) {
                    var inside = files(entry);
                    // A folder is made before what it is for; one that held something before and does not now is
                    // another thing.
                    if (!inside.isEmpty() || folders.containsKey(name)) {
                        names.put(name, inside);
                    }
                }
            }
        } catch (IOException e) {
            // No folder, no certificates; one that may not be read is told of when a file is named.
        }
        files.sort(null);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.filter(KeyFile::isOne)
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
    }

    /** What is in force. */
    Index index() {
        var byName = new LinkedHashMap<String, List<Identity>>();
        folders.forEach((name, group) -> {
            if (!group.inForce().isEmpty()) {
                byName.put(name, group.inForce());
            }
        });
        return new Index(byName, others.inForce().isEmpty() ? shownOtherwise : others.inForce());
    }

    /** What is refused, a line each. */
    List<String> troubles() {
        var lines = new ArrayList<String>();
        if (others.trouble() != null) {
            lines.add("refused for " + DEFAULT + ": " + others.trouble());
        }
        folders.forEach((name, group) -> {
            if (group.trouble() != null) {
                lines.add("refused for " + name + ": " + group.trouble());
            }
        });
        return lines;
    }
}
