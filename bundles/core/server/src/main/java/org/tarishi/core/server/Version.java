package org.tarishi.core.server;

import org.osgi.framework.FrameworkUtil;

/** The version of this bundle. */
final class Version {

    static final String TEXT = text();

    private Version() {}

    private static String text() {
        var bundle = FrameworkUtil.getBundle(Version.class);
        if (bundle == null) {
            return "test";
        }
        var version = bundle.getVersion();
        return version.getMajor() + "." + version.getMinor() + "." + version.getMicro();
    }
}
