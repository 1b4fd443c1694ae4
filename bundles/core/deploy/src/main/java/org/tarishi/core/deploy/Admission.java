package org.tarishi.core.deploy;

import java.util.List;
import org.osgi.framework.Bundle;
import org.tarishi.core.spi.PluginRefusedException;

/** Refuses what may not come in here, by what it is and what is there already. */
final class Admission {

    private final Bundles bundles;
    private final ComponentCheck components;

    Admission(Bundles bundles, ComponentCheck components) {
        this.bundles = bundles;
        this.components = components;
    }

    /** Refuses an update of nothing, and a version below the one in force where the operator wants none. */
    static void checkVersion(PluginJar jar, List<Bundle> old, Order order, boolean refusesDowngrades)
            throws PluginRefusedException {
        if (old.isEmpty()) {
            if (order.isUpdate()) {
                throw new PluginRefusedException(jar.symbolicName()
                        + " is not here, so there is nothing to update: `tarishi plugin install` puts it in");
            }
            return;
        }
        var before = old.getFirst().getVersion();
        if (refusesDowngrades && !order.allowsDowngrade() && jar.version().compareTo(before) < 0) {
            throw new PluginRefusedException(jar + " is older than " + before
                    + ", which is in force, and refuseDowngrades of " + Deploy.PID + " forbids that:"
                    + " `tarishi plugin rollback` goes back to a version that was here,"
                    + " `plugin install --allow-downgrade` takes this one");
        }
    }

    /**
     * Refuses what is neither a plugin nor a part of the core that can be replaced.
     *
     * @param isTrial whether a plugin is on trial
     */
    void check(PluginJar jar, boolean isTrial) throws PluginRefusedException {
        var name = jar.symbolicName();
        if (CoreParts.isFoundation(name) && !bundles.active(name).isEmpty()) {
            return;
        }
        if (!CoreParts.has(name) || bundles.active(name).isEmpty()) {
            checkIsPlugin(jar);
        } else if (isTrial && name.equals(CoreParts.HOOKS)) {
            throw new PluginRefusedException(
                    name + " can't be replaced while a plugin is on trial: promote or drop that first");
        }
    }

    /** Returns what is to be said, behind its name, of a part of the server that can't come in as a plugin does. */
    private String whyNoPlugin(String part) {
        if (!CoreParts.has(part)) {
            return " is part of the server: it comes with a new distribution";
        }
        if (!bundles.active(part).isEmpty()) {
            return " is part of the server, and only plugins are tried: `tarishi plugin update` puts it in the place of"
                    + " the version in force";
        }
        var remedy = part.equals(CoreParts.ADMIN)
                ? "http.enabled of org.tarishi.core.boot starts it"
                : "the log says why it does not";
        return " does not run, and only a part of the server that runs is replaced: " + remedy;
    }

    /** Refuses parts of the server, and what has no plugin in it. */
    void checkIsPlugin(PluginJar jar) throws PluginRefusedException {
        var name = jar.symbolicName();
        if (CoreParts.isOfServer(name)) {
            throw new PluginRefusedException(name + whyNoPlugin(name));
        }
        var platform = bundles.shipped(name).stream()
                .filter(b -> components.described(b) == 0)
                .findFirst();
        if (platform.isPresent() && Bundles.isActive(platform.get())) {
            throw new PluginRefusedException(name + " " + platform.get().getVersion()
                    + " is part of the platform: it comes with a new distribution");
        }
        if (jar.plugins().isEmpty()) {
            throw new PluginRefusedException(jar + " has no plugin in it: no component carries @SmtpPlugin");
        }
    }
}
