package org.tarishi.plugin.authflatfile;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Text;
import org.tarishi.api.hook.NonBlocking;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.service.CredentialStore;
import org.tarishi.api.service.LookupException;

/** Knows who may log in by a file of users and hashes of their passwords. */
@SmtpPlugin(value = "auth-flat-file", formerly = "auth/flat_file")
@NonBlocking
@Component(
        configurationPid = Settings.PID,
        service = {CredentialStore.class, AuthFlatFile.class})
@Designate(ocd = Config.class)
public final class AuthFlatFile implements CredentialStore {

    private static final Logger LOG = LoggerFactory.getLogger(AuthFlatFile.class);

    private final Path conf;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Thread watch;
    private volatile State state;

    /** All that belongs to one set of settings. */
    private record State(Settings settings, UserFile file, HashPool pool) {}

    /** Makes it for the container. */
    @Activate
    public AuthFlatFile(BundleContext context, Config config) {
        this(
                new Settings(config),
                Path.of(Objects.requireNonNull(context.getProperty("tarishi.conf"), "tarishi.conf")),
                Clock.systemUTC());
        watch.start();
    }

    AuthFlatFile(Settings settings, Path conf, Clock clock) {
        this.conf = conf;
        this.clock = clock;
        this.state = state(settings, null);
        this.watch = Thread.ofVirtual().name("users watch").unstarted(this::watch);
    }

    /** Takes other settings; throws before anything has changed. */
    @Modified
    void modified(Config config) {
        state = state(new Settings(config), state);
    }

    private State state(Settings settings, @org.jspecify.annotations.Nullable State before) {
        // What is under way in the pool before goes on there; its threads end when they have nothing to do.
        var pool = before != null
                        && before.settings.hashThreads() == settings.hashThreads()
                        && before.settings.hashQueue() == settings.hashQueue()
                        && before.settings.hashWait().equals(settings.hashWait())
                ? before.pool
                : new HashPool(settings.hashThreads(), settings.hashQueue(), settings.hashWait());
        var file = new UserFile(conf.resolve(settings.file()), settings, new AtomicWriter(clock), clock);
        file.refresh();
        return new State(settings, file, pool);
    }

    /** Ends the watch and what waits; nobody calls any more. */
    @Deactivate
    void close() {
        watch.interrupt();
        state.pool.close();
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(state.settings.checkEvery());
                state.file.refresh();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Set<String> kinds() {
        return state.file.kinds();
    }

    @Override
    public Verdict verify(SmtpConnection connection, String user, char[] password) throws LookupException {
        var now = state;
        var users = now.file.users();
        var found = users.find(user);
        // Unknown users cost what most known ones do, so that the time does not tell them apart.
        var usual = users.usualRecipe().orElse(now.settings.recipe());
        try (var typed = Password.of(password)) {
            boolean isPossible = typed.length() > 0 && typed.length() <= Password.LONGEST;
            boolean matches;
            try (var tried = isPossible ? typed.copy() : Password.of(new char[] {' '})) {
                matches = now.pool.compute(tried, one -> {
                    if (found.isEmpty() || found.get().hash().isEmpty()) {
                        waste(usual, one);
                    }
                    return found.isPresent() && found.get().matches(one);
                });
            }
            if (found.isEmpty()) {
                return Verdict.UNKNOWN_USER;
            }
            if (!matches || !isPossible || found.get().isDisabled()) {
                return Verdict.REJECTED;
            }
            if (now.settings.rehash()) {
                renew(now, found.get(), typed);
            }
            return Verdict.ACCEPTED;
        }
    }

    private void waste(Recipe recipe, Password password) {
        var octets = new byte[recipe.saltLength()];
        random.nextBytes(octets);
        var _ = recipe.derive(password, recipe.salt(octets), recipe.hashLength());
    }

    @Override
    public Optional<byte[]> secret(String user, String kind) throws LookupException {
        var found = state.file.users().find(user).filter(one -> !one.isDisabled());
        return kind.equals(PLAIN)
                ? found.flatMap(User::plain)
                : found.flatMap(one -> one.scram(kind)).map(ScramVerifier::octets);
    }

    /** Has the hash of a user made anew, some time, where it is not as new ones are. */
    private void renew(State now, User user, Password password) {
        if (user.hash().filter(hash -> now.settings.isOutdated(hash.recipe())).isEmpty()
                || (now.settings.recipe() instanceof Bcrypt && password.length() > Bcrypt.LONGEST_PASSWORD)) {
            return;
        }
        now.pool.later(password, one -> {
            try (var prepared = Prepared.password(one)) {
                var renewed = user.withHash(PasswordHash.of(prepared, now.settings.recipe(), random));
                var isDone = new AtomicBoolean();
                now.file.edit(lines -> {
                    // Only where nobody has changed the user meanwhile.
                    int at = Users.indexOf(lines, user.name(), now.settings.letters());
                    if (at >= 0 && lines.get(at).strip().equals(user.source())) {
                        lines.set(at, renewed.line());
                        isDone.set(true);
                    }
                    return lines;
                });
                if (isDone.get()) {
                    LOG.info(
                            "{}: the hash is made anew, {}",
                            Text.escaped(user.name()),
                            now.settings.recipe().label());
                }
            } catch (IOException | IllegalArgumentException e) {
                LOG.warn("{}: the hash can't be made anew: {}", Text.escaped(user.name()), e.getMessage());
            }
        });
    }

    /** Makes a user with a new password. */
    User enrol(String name, Password password, boolean keepsPlain) throws LookupException {
        var now = state;
        User.name(name);
        try (var prepared = Prepared.password(password)) {
            check(prepared, now.settings);
            return now.pool.compute(prepared, one -> {
                List<ScramVerifier> verifiers = now.settings.scram().stream()
                        .map(mechanism -> ScramVerifier.of(one, mechanism, now.settings.scramIterations(), random))
                        .toList();
                return User.of(
                        name, PasswordHash.of(one, now.settings.recipe(), random), verifiers, keepsPlain ? one : null);
            });
        }
    }

    private static void check(Password prepared, Settings now) {
        if (prepared.length() == 0 || prepared.length() > Password.LONGEST) {
            throw new IllegalArgumentException("a password has 1 to " + Password.LONGEST + " octets");
        }
        if (!Prepared.isFit(new String(prepared.chars()))) {
            throw new IllegalArgumentException("a password has no control character");
        }
        if (now.recipe() instanceof Bcrypt && prepared.length() > Bcrypt.LONGEST_PASSWORD) {
            throw new IllegalArgumentException(
                    "bcrypt looks at " + Bcrypt.LONGEST_PASSWORD + " octets of a password only, this one has more");
        }
    }

    /** Returns the file as it is set now. */
    UserFile file() {
        return state.file;
    }

    Settings settings() {
        return state.settings;
    }
}
