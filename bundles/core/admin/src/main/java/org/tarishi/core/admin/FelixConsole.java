package org.tarishi.core.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.felix.webconsole.spi.SecurityProvider;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the Felix web console behind our login, in the place of its own (HTTP Basic, admin, admin).
 *
 * <p>The console waits for it when the framework property {@code felix.webconsole.security.providers} names it; without that
 * the console would take its own login while this is away.
 */
@Component(property = SecurityProvider.PROPERTY_ID + "=" + FelixConsole.ID)
public final class FelixConsole implements SecurityProvider {
    static final String ID = "org.tarishi.core.admin";
    static final String REQUIRED = "felix.webconsole.security.providers";

    private static final Logger LOG = LoggerFactory.getLogger(FelixConsole.class);

    /** The console's pages hold scripts and styles inline, and its upload dialog builds a script from text (jQuery MultiFile). */
    private static final String CSP = "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval';"
            + " style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
            + " form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private final Crossing crossing;

    /** Complains where the console doesn't wait for this. */
    @Activate
    public FelixConsole(@Reference Access access, BundleContext context) {
        crossing = new Crossing(access);
        var required = context.getProperty(REQUIRED);
        if (required == null || !required.contains(ID)) {
            LOG.error("framework property {}: must be {}, or the console has its default login at times", REQUIRED, ID);
        }
    }

    @Override
    public @Nullable Object authenticate(HttpServletRequest request, HttpServletResponse response) {
        try {
            var session = crossing.admit(request, response);
            if (session.isEmpty()) {
                return null;
            }
            response.setHeader("Content-Security-Policy", CSP);
            return session.get().user();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Grants every role: there are no lesser users yet. */
    @Override
    public boolean authorize(Object user, String role) {
        return true;
    }

    /** Asks: the console's link is a GET, and a GET changes nothing. */
    @Override
    public void logout(HttpServletRequest request, HttpServletResponse response) {
        Crossing.redirect(response, "/tarishi/logout");
        try {
            response.flushBuffer(); // committed, so that the console adds nothing of its own
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
