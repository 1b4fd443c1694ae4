package org.tarishi.plugin.acme;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How getting one certificate goes; kept on disk, so that a restart asks the authority no sooner.
 *
 * @param order what was asked for, of whom and how; when that changes, the failures of before say nothing
 * @param directory the authority that issued what is in force; empty when none did
 * @param serial the certificate that {@code renewAt} is for, by its serial number in hexadecimal
 * @param renewAt when to renew it
 * @param window the authority's own proposal that {@code renewAt} was chosen from; empty for none
 * @param failures how many attempts have failed since the last that did not
 * @param notBefore when to try next after a failure
 * @param error why the last attempt failed; empty when it did not
 */
record Progress(
        String order,
        String directory,
        String serial,
        Optional<Instant> renewAt,
        String window,
        int failures,
        Optional<Instant> notBefore,
        String error) {

    static final Progress NONE = new Progress("", "", "", Optional.empty(), "", 0, Optional.empty(), "");

    private static final Logger LOG = LoggerFactory.getLogger(Progress.class);

    Progress failed(String because, Instant next) {
        return new Progress(order, directory, serial, renewAt, window, failures + 1, Optional.of(next), because);
    }

    Progress issued(String authority, String certificate, Instant renewal) {
        return new Progress(order, authority, certificate, Optional.of(renewal), "", 0, Optional.empty(), "");
    }

    Progress renewing(String certificate, Instant when, String proposal) {
        return new Progress(order, directory, certificate, Optional.of(when), proposal, failures, notBefore, error);
    }

    /** Returns this, or what is left of it when something else is asked for now. */
    Progress forOrder(String other) {
        return other.equals(order)
                ? this
                : new Progress(other, directory, serial, renewAt, window, 0, Optional.empty(), "");
    }

    static Progress read(Path file) {
        try {
            var all = new Properties();
            all.load(new StringReader(PrivateFiles.read(file)));
            return new Progress(
                    all.getProperty("order", ""),
                    all.getProperty("directory", ""),
                    all.getProperty("serial", ""),
                    instant(all, "renewAt"),
                    all.getProperty("window", ""),
                    Math.max(0, Integer.parseInt(all.getProperty("failures", "0"))),
                    instant(all, "notBefore"),
                    all.getProperty("error", ""));
        } catch (NoSuchFileException e) {
            return NONE;
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            LOG.warn("{} can't be read, and is begun anew: {}", file, e.getMessage());
            return NONE;
        }
    }

    private static Optional<Instant> instant(Properties all, String key) {
        return Optional.ofNullable(all.getProperty(key)).map(Instant::parse);
    }

    void write(Path file) throws IOException {
        var all = new Properties();
        all.setProperty("order", order);
        all.setProperty("directory", directory);
        all.setProperty("serial", serial);
        renewAt.ifPresent(when -> all.setProperty("renewAt", when.toString()));
        all.setProperty("window", window);
        all.setProperty("failures", Integer.toString(failures));
        notBefore.ifPresent(when -> all.setProperty("notBefore", when.toString()));
        all.setProperty("error", error);
        var text = new StringWriter();
        all.store(text, null);
        PrivateFiles.createFolders(file.toAbsolutePath().resolveSibling(".").normalize());
        PrivateFiles.replace(file, text.toString());
    }
}
