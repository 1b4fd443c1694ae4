package org.tarishi.core.tls;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which keys stand for which name. Immutable. */
final class Index {

    private final Map<String, List<Identity>> byName;
    private final List<Identity> others;

    /**
     * Makes it.
     *
     * @param folders the keys of names that the operator gave; a name may begin with {@code *.}
     * @param others those for every other name
     */
    Index(Map<String, List<Identity>> folders, List<Identity> others) {
        var names = new HashMap<String, List<Identity>>();
        folders.forEach(
                (name, identities) -> names.computeIfAbsent(name.toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                        .addAll(identities));
        // What the operator said of a name counts before what some certificate says of itself.
        folders.values().forEach(identities -> addOwn(names, folders, identities));
        addOwn(names, folders, others);
        names.replaceAll((_, identities) -> List.copyOf(identities));
        this.byName = Map.copyOf(names);
        this.others = List.copyOf(others);
    }

    private static void addOwn(
            Map<String, List<Identity>> names, Map<String, List<Identity>> folders, List<Identity> identities) {
        for (var identity : identities) {
            for (var name : identity.names()) {
                if (!folders.containsKey(name)) {
                    var known = names.computeIfAbsent(name, _ -> new ArrayList<>());
                    if (!known.contains(identity)) {
                        known.add(identity);
                    }
                }
            }
        }
    }

    boolean isEmpty() {
        return others.isEmpty();
    }

    /**
     * Returns the key to show.
     *
     * @param name the name that was asked for, if one was
     * @param keyType a kind of key that the peer can check
     * @return null where the name has no key of this kind: the next kind is asked for, and another name's key is no better
     */
    @Nullable Identity find(Optional<String> name, String keyType) {
        for (var identity : of(name)) {
            if (identity.keyType().equals(keyType)) {
                return identity;
            }
        }
        return null;
    }

    private List<Identity> of(Optional<String> asked) {
        if (asked.isEmpty()) {
            return others;
        }
        var name = asked.get().toLowerCase(Locale.ROOT);
        var exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        // RFC 6125 section 6.4.3: a wildcard is one whole label, the first.
        int dot = name.indexOf('.');
        var wild = dot < 0 ? null : byName.get("*" + name.substring(dot));
        return wild == null ? others : wild;
    }

    /** Returns the keys of a name, nothing when there are none that stand for it. */
    List<Identity> named(String name) {
        return byName.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /** Returns each key once. */
    List<Identity> all() {
        var all = new ArrayList<>(others);
        byName.values()
                .forEach(identities -> identities.stream()
                        .filter(identity -> !all.contains(identity))
                        .forEach(all::add));
        return all;
    }
}
