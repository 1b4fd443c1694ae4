package org.tarishi.core.admin;

import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** The page to begin with: who is logged in, where the Felix console is, and the way out. */
@Component(service = Servlet.class)
@HttpWhiteboardContextSelect(Pages.SELECT)
@HttpWhiteboardServletPattern({"/", "/logout"})
@SuppressWarnings("serial") // the servlet API makes servlets serializable; nobody serializes this one
public final class HomeServlet extends HttpServlet {
    /** The pattern "/" takes whatever no other servlet of the context does. */
    private static final Set<String> PATHS = Set.of("", "/", "/logout");

    private final Crossing crossing;
    private final String console;

    /** Finds the Felix console by the framework property {@code felix.webconsole.manager.root}. */
    @Activate
    public HomeServlet(@Reference Access access, BundleContext context) {
        crossing = new Crossing(access);
        console = Optional.ofNullable(context.getProperty("felix.webconsole.manager.root"))
                .orElse("/system/console");
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!PATHS.contains(request.getServletPath())) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        Html.send(response, HttpServletResponse.SC_OK, "Tarishi", """
                <p>Logged in as %s.</p>
                <p><a href="%s">Felix console</a>: bundles, services, settings</p>
                <form method="post" action="/tarishi/logout">
                <input type="hidden" name="token" value="%s">
                <button>Log out</button>
                </form>
                """.formatted(
                        Html.escaped(request.getRemoteUser()), Html.escaped(console), Pages.token(request)));
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!"/logout".equals(request.getServletPath())) {
            response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            return;
        }
        var form = Form.read(request);
        if (form.isPresent()
                && LoginServlet.isEqual(Pages.token(request), form.get().field("token"))) {
            crossing.logOut(request, response);
            Crossing.redirect(response, Crossing.LOGIN);
        } else {
            response.sendError(HttpServletResponse.SC_FORBIDDEN, "That is not the form of this session.");
        }
    }
}
