package org.tarishi.core.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may use the console: the accounts, the login and the open sessions.
 *
 * <p>Thread-safe. Making and checking a password takes about 0.1 s of one core; nothing else blocks but writing the accounts.
 * With settings or an accounts file that can't be used it doesn't come up, and the console with it; mail is not touched.
 */
@Component(service = Access.class, configurationPid = "org.tarishi.core.admin")
@Designate(ocd = Config.class)
public final class Access {
    /** What a login came to. */
    sealed interface Outcome {
        /** The password was right; the id belongs into the cookie and nowhere else. */
        record Admitted(String sessionId) implements Outcome {
            @Override
            public String toString() {
                return "Admitted";
            }
        }

        /** User or password was wrong; nobody is told which. */
        record Refused() implements Outcome {}

        /** Nothing was checked: there were too many wrong ones. */
        record Later(Duration delay) implements Outcome {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(Access.class);

    /** Letters and digits that nobody mistakes for others; 31 of them, so that 20 hold 99 bits. */
    private static final String ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

    private static final int PASSWORD_LETTERS = 20;
    private static final int MOST_USERS = 1000;

    /** Checking passwords never takes more cores than this from mail. */
    private static final int CHECKS_AT_ONCE = 2;

    private final UserFile file;
    private final Sessions sessions;
    private final Throttle throttle;
    private final SecureRandom random;
    private final Semaphore checks = new Semaphore(CHECKS_AT_ONCE);
    private final PasswordHash nobody;

    private volatile Settings settings;
    /** Replaced whole, under this object's lock, after it is on the disk. */
    private volatile SortedMap<String, PasswordHash> users;

    /** Reads the accounts in {@code admin/users} below the folder of the framework property {@code tarishi.data}. */
    @Activate
    public Access(Config config, BundleContext context) {
        this(new Settings(config), data(context), Clock.systemUTC(), new SecureRandom());
    }

    Access(Settings settings, Path data, Clock clock, SecureRandom random) {
        this.settings = settings;
        this.random = random;
        file = new UserFile(data.resolve("admin").resolve("users"));
        sessions = new Sessions(clock, random);
        throttle = new Throttle(clock);
        try {
            users = Collections.unmodifiableSortedMap(file.read());
        } catch (IOException e) {
            throw new UncheckedIOException("console: no login is possible: " + e.getMessage(), e);
        }
        nobody = PasswordHash.ofNobody(random);
    }

    private static Path data(BundleContext context) {
        var data = context.getProperty("tarishi.data");
        if (data == null) {
            throw new IllegalStateException("framework property tarishi.data: not set; it names the data folder");
        }
        return Path.of(data);
    }

    @Modified
    void modified(Config config) {
        settings = new Settings(config);
    }

    Settings settings() {
        return settings;
    }

    /**
     * Checks a password and opens a session.
     *
     * @param address of the client, as a literal
     */
    Outcome logIn(String user, String password, String address) {
        var now = settings;
        if (!checks.tryAcquire()) {
            return new Outcome.Later(Duration.ofSeconds(1));
        }
        try {
            var wait = throttle.attempt(address, now);
            if (wait.isPresent()) {
                LOG.debug(
                        "console login refused, too many wrong passwords, address={} wait={}s",
                        address,
                        seconds(wait.get()));
                return new Outcome.Later(wait.get());
            }
            var hash = users.getOrDefault(user, nobody);
            if (hash.matches(password)) {
                var id = open(user, hash, now);
                if (id.isPresent()) {
                    throttle.succeeded(address);
                    LOG.info("console login, user={} address={}", user, address);
                    return new Outcome.Admitted(id.get());
                }
            }
            // Who mistakes the fields types a password for a name: only names that exist are written down.
            LOG.warn("console login failed, user={} address={}", users.containsKey(user) ? user : "(unknown)", address);
            return new Outcome.Refused();
        } finally {
            checks.release();
        }
    }

    /** Opens a session unless the password has changed since it was found right. */
    private synchronized Optional<String> open(String user, PasswordHash checked, Settings now) {
        return users.get(user) == checked ? Optional.of(sessions.open(user, now)) : Optional.empty();
    }

    /** Rounds up, so that who comes back then doesn't come too early. */
    static long seconds(Duration wait) {
        return Math.max(1, wait.plusNanos(999_999_999).toSeconds());
    }

    Optional<Session> session(String id) {
        return sessions.use(id, settings);
    }

    void logOut(String id, String address) {
        sessions.end(id).ifPresent(session -> LOG.info("console logout, user={} address={}", session.user(), address));
    }

    List<String> users() {
        return List.copyOf(users.sequencedKeySet());
    }

    /**
     * Adds a user.
     *
     * @return the generated password, which is kept nowhere
     * @throws IllegalArgumentException when the name is taken or is none
     * @throws IOException when the accounts can't be written; then nothing has changed
     */
    synchronized String add(String user) throws IOException {
        if (!UserFile.isName(user)) {
            throw new IllegalArgumentException(
                    "a user's name has 1 to 32 letters a-z, digits, dots, underscores and hyphens, and begins with a letter or digit");
        }
        if (users.containsKey(user)) {
            throw new IllegalArgumentException("user " + user + " exists");
        }
        if (users.size() >= MOST_USERS) {
            throw new IllegalArgumentException("there are " + MOST_USERS + " users, and no room for more");
        }
        var password = set(user);
        LOG.info("console user added, user={}", user);
        return password;
    }

    /**
     * Gives a user a new password and ends the user's sessions.
     *
     * @return the generated password, which is kept nowhere
     * @throws IllegalArgumentException when there is no such user
     * @throws IOException when the accounts can't be written; then nothing has changed
     */
    synchronized String renew(String user) throws IOException {
        known(user);
        var password = set(user);
        sessions.endAllOf(user);
        LOG.info("console password changed, user={}", user);
        return password;
    }

    /**
     * Removes a user and ends the user's sessions.
     *
     * @throws IllegalArgumentException when there is no such user, or no other one
     * @throws IOException when the accounts can't be written; then nothing has changed
     */
    synchronized void remove(String user) throws IOException {
        known(user);
        if (users.size() == 1) {
            throw new IllegalArgumentException("user " + user + " is the only one, and stays");
        }
        var rest = new TreeMap<>(users);
        rest.remove(user);
        save(rest);
        sessions.endAllOf(user);
        LOG.info("console user removed, user={}", user);
    }

    private void known(String user) {
        if (!users.containsKey(user)) {
            throw new IllegalArgumentException("no such user; there "
                    + (users.isEmpty() ? "is none" : "are: " + String.join(", ", users.keySet())));
        }
    }

    private String set(String user) throws IOException {
        var password = password();
        var changed = new TreeMap<>(users);
        changed.put(user, PasswordHash.of(password, random));
        save(changed);
        return password;
    }

    private void save(SortedMap<String, PasswordHash> changed) throws IOException {
        file.write(changed);
        users = Collections.unmodifiableSortedMap(changed);
    }

    private String password() {
        var password = new StringBuilder();
        for (var letter = 0; letter < PASSWORD_LETTERS; letter++) {
            if (letter > 0 && letter % 5 == 0) {
                password.append('-');
            }
            password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return password.toString();
    }
}
