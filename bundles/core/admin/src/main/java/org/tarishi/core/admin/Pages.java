package org.tarishi.core.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.context.ServletContextHelper;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardContext;

/**
 * The servlet context {@code org.tarishi} at {@code /tarishi}: whatever is registered in it, by any bundle, is behind the login.
 *
 * <p>A servlet there finds the user in {@code getRemoteUser()}, and in the request attribute {@value #TOKEN} what a form of its
 * own carries and its post compares.
 */
@Component(service = ServletContextHelper.class)
@HttpWhiteboardContext(name = Pages.CONTEXT, path = "/tarishi")
public final class Pages extends ServletContextHelper {
    static final String CONTEXT = "org.tarishi";
    static final String SELECT = "(osgi.http.whiteboard.context.name=" + CONTEXT + ")";
    static final String STYLE = "/style.css";

    static final String TOKEN = "org.tarishi.console.token";

    private static final Set<String> OPEN = Set.of("/login", STYLE);

    private final Crossing crossing;

    /** Serves resources of this bundle. */
    @Activate
    public Pages(@Reference Access access, BundleContext context) {
        super(context.getBundle());
        crossing = new Crossing(access);
    }

    static String token(HttpServletRequest request) {
        return (String) request.getAttribute(TOKEN);
    }

    @Override
    public boolean handleSecurity(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getPathInfo() == null && OPEN.contains(request.getServletPath())) {
            return Crossing.isGuarded(request, response);
        }
        var session = crossing.admit(request, response);
        session.ifPresent(present -> {
            request.setAttribute(REMOTE_USER, present.user());
            request.setAttribute(TOKEN, present.token());
        });
        return session.isPresent();
    }

    @Override
    public @Nullable String getMimeType(String name) {
        return name.endsWith(".css") ? "text/css" : super.getMimeType(name);
    }
}
