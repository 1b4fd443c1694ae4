package org.tarishi.core.admin;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.Preprocessor;
import org.osgi.service.servlet.whiteboard.annotations.RequireHttpWhiteboard;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;

/**
 * Stands before every servlet of the HTTP service, whoever registered it: checks where a request goes to and comes from, sets
 * the security headers, and keeps the inside of errors inside.
 */
@RequireHttpWhiteboard
@Component(service = Preprocessor.class)
public final class Guard implements Preprocessor {
    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

    /** For pages of our own: nothing inline, nothing from elsewhere. */
    private static final String STRICT_CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private static final int LONGEST_SHOWN = 200;
    private static final Predicate<String> WEB_SOCKET =
            Pattern.compile("websocket", Pattern.CASE_INSENSITIVE).asPredicate();

    private final Access access;
    private final Set<String> bound;

    /** Takes the host that Jetty is bound to from the framework property {@code org.apache.felix.http.host}. */
    @Activate
    public Guard(@Reference Access access, BundleContext context) {
        this.access = access;
        var host = context.getProperty("org.apache.felix.http.host");
        // Addresses need no list: the one that a request came in at is ours.
        bound = host == null || Authority.literal(host).isPresent() ? Set.of() : Set.of(host.toLowerCase(Locale.ROOT));
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer) {
            guard(http, new PlainErrors(http, answer), chain);
        } else {
            throw new ServletException("not an HTTP request");
        }
    }

    private void guard(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.setHeader("Content-Security-Policy", STRICT_CSP);
        response.setHeader("X-Frame-Options", "DENY");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "same-origin");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        var provenance = new Provenance(
                request.getMethod(),
                all(request, "Host"),
                all(request, "Origin"),
                all(request, "Referer"),
                all(request, "Upgrade").stream().anyMatch(WEB_SOCKET),
                request.isSecure(),
                request.getLocalAddr());
        var objection = provenance.objection(allowed());
        if (objection.isPresent()) {
            LOG.info(
                    "console request refused, status={} address={} host={} origin={}",
                    objection.get().status(),
                    request.getRemoteAddr(),
                    shown(provenance.hosts().toString()),
                    shown(provenance.origins().toString()));
            response.sendError(objection.get().status(), objection.get().why());
            return;
        }
        request.setAttribute(Crossing.GUARDED, true);
        try {
            chain.doFilter(request, response);
        } catch (ServletException | RuntimeException e) {
            LOG.error(
                    "console request failed, method={} path={}",
                    request.getMethod(),
                    shown(request.getRequestURI()),
                    e);
            if (!response.isCommitted()) {
                response.sendError(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            }
        }
    }

    /** Makes what a client sent fit for a line of the log. */
    private static String shown(String text) {
        return Text.escaped(text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...");
    }

    private Set<String> allowed() {
        var hosts = access.settings().hosts();
        if (bound.isEmpty()) {
            return hosts;
        }
        var both = new HashSet<>(hosts);
        both.addAll(bound);
        return both;
    }

    private static List<String> all(HttpServletRequest request, String header) {
        return Collections.list(request.getHeaders(header));
    }
}
