package org.tarishi.nexthop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tarishi.api.outbound.Route;

/**
 * Whom to log in as, and where the password lies. The password is read each time, so that another one holds from the next message on, and is
 * kept nowhere.
 *
 * @param user the name, not empty
 * @param file its first line is the password; below the folder of the configuration unless it is a whole path
 */
public record Login(String user, Path file) {

    private static final int LONGEST = 1000;

    /**
     * Returns a route with these credentials.
     *
     * @param conf the folder of the configuration
     * @throws IOException when the file has no password; its message names the file and holds nothing of it
     */
    public Route on(Route route, Path conf) throws IOException {
        var whole = conf.resolve(file);
        try (var in = Files.newBufferedReader(whole)) {
            var line = in.readLine();
            if (line == null || line.isEmpty() || line.length() > LONGEST) {
                throw new IOException(whole + " has no password in its first line");
            }
            return route.withCredentials(user, line);
        }
    }
}
