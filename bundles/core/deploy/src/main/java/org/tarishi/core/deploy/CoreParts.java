package org.tarishi.core.deploy;

import java.util.Map;
import java.util.Optional;

/** The parts of the core that are replaced while mail flows, and how each is. */
final class CoreParts {

    /** What plugins and parts of the core depend on. */
    static final String API = "org.tarishi.api";

    private static final String CORE = "org.tarishi.core.";

    /** How a part is replaced. */
    enum Way {
        /** The new version comes beside the old one, which serves what has begun with it. */
        BESIDE,
        /** It owns what can't be owned twice: the old version goes first, and what needs it waits. */
        IN_PLACE
    }

    /** The bundle that makes attempts out of what another one stores. */
    static final String SCHEDULER = CORE + "scheduler";

    /** The bundle that asks the plugins. */
    static final String HOOKS = CORE + "hooks";

    /** The bundle behind the web console, which may be left out. */
    static final String ADMIN = CORE + "admin";

    private static final Map<String, Way> WAYS = Map.of(
            HOOKS,
            Way.BESIDE,
            CORE + "server",
            Way.BESIDE,
            CORE + "client",
            Way.BESIDE,
            CORE + "dns",
            Way.BESIDE,
            CORE + "delivery",
            Way.BESIDE,
            ADMIN,
            Way.BESIDE,
            CORE + "queue",
            Way.IN_PLACE,
            SCHEDULER,
            Way.IN_PLACE);

    private CoreParts() {}

    /** Tells whether a bundle belongs to the server itself, whether it can be replaced or not. */
    static boolean isOfServer(String symbolicName) {
        return symbolicName.equals(API) || symbolicName.startsWith(CORE);
    }

    /** Returns how a part is replaced; nothing for what is no part of the core, or comes with a restart only. */
    static Optional<Way> way(String symbolicName) {
        return Optional.ofNullable(WAYS.get(symbolicName));
    }

    /** Tells whether everything stands on a bundle, so that everything starts anew with another version of it. */
    static boolean isFoundation(String symbolicName) {
        return symbolicName.equals(API) || symbolicName.equals(CORE + "spi");
    }

    /** Tells whether a bundle is a part that can be replaced. */
    static boolean has(String symbolicName) {
        return WAYS.containsKey(symbolicName);
    }
}
