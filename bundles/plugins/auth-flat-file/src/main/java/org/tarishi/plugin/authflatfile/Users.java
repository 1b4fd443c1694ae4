package org.tarishi.plugin.authflatfile;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tarishi.api.service.CredentialStore;

/** All users of one state of the file. Immutable; any thread. */
final class Users {

    static final Users NONE = new Users(new LinkedHashMap<>(), Letters.FOLD);

    /** Whether {@code Ann} and {@code ann} are one user. */
    enum Letters {
        FOLD,
        KEEP;

        String key(String name) {
            var prepared = Prepared.text(name);
            return this == FOLD ? prepared.toLowerCase(Locale.ROOT) : prepared;
        }
    }

    private final Map<String, User> byKey;
    private final Letters letters;
    private final Optional<Recipe> usualRecipe;
    private final Set<String> kinds;

    private Users(Map<String, User> byKey, Letters letters) {
        this.byKey = byKey;
        this.letters = letters;
        this.usualRecipe = usual(byKey.values());
        var all = new HashSet<String>();
        all.add(CredentialStore.PASSWORD);
        for (var user : byKey.values()) {
            if (!user.isDisabled()) {
                all.addAll(user.mechanisms());
                if (user.hasPlain()) {
                    all.add(CredentialStore.PLAIN);
                }
            }
        }
        this.kinds = Set.copyOf(all);
    }

    /**
     * Reads the lines of a file.
     *
     * @throws IllegalArgumentException when a line is wrong, with its number and a reason that holds nothing of a secret
     */
    static Users parse(List<String> lines, Letters letters, Ceiling ceiling) {
        var byKey = new LinkedHashMap<String, User>();
        for (int i = 0; i < lines.size(); i++) {
            if (isUser(lines.get(i))) {
                User user;
                try {
                    user = User.parse(lines.get(i).strip(), ceiling);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
                }
                if (byKey.putIfAbsent(letters.key(user.name()), user) != null) {
                    throw new IllegalArgumentException("line " + (i + 1) + ": " + user.name() + " is there twice");
                }
            }
        }
        return new Users(byKey, letters);
    }

    /** Tells a line with a user from an empty one and a comment. */
    static boolean isUser(String line) {
        return !line.isBlank() && !line.strip().startsWith("#");
    }

    /** Returns at which of the lines a user stands, -1 for none. */
    static int indexOf(List<String> lines, String name, Letters letters) {
        var key = letters.key(name);
        for (int i = 0; i < lines.size(); i++) {
            var line = lines.get(i).strip();
            int colon = line.indexOf(':');
            if (isUser(line)
                    && colon > 0
                    && letters.key(line.substring(0, colon)).equals(key)) {
                return i;
            }
        }
        return -1;
    }

    Optional<User> find(String name) {
        return Optional.ofNullable(byKey.get(letters.key(name)));
    }

    Collection<User> all() {
        return byKey.values();
    }

    /** Returns the recipe that most users' hashes are made by: an unknown user costs as much as one of them. */
    Optional<Recipe> usualRecipe() {
        return usualRecipe;
    }

    /** Returns passwords, and what else there is of one user at least, in the words of {@link CredentialStore}. */
    Set<String> kinds() {
        return kinds;
    }

    /** Returns who has a password in the clear. */
    List<String> plain() {
        var names = new ArrayList<String>();
        for (var user : byKey.values()) {
            if (user.hasPlain()) {
                names.add(user.name());
            }
        }
        return names;
    }

    private static Optional<Recipe> usual(Collection<User> users) {
        var counts = new HashMap<Recipe, Integer>();
        for (var user : users) {
            user.hash().ifPresent(hash -> counts.merge(hash.recipe(), 1, Integer::sum));
        }
        return counts.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
    }
}
