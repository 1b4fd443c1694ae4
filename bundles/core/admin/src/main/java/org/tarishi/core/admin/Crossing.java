package org.tarishi.core.admin;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets requests with a session through, and sends all others to the login. */
final class Crossing {
    /** Set on a request by {@link Guard} once it has passed there; a client has no way to set it. */
    static final String GUARDED = "org.tarishi.core.admin.guarded";

    static final String LOGIN = "/tarishi/login";

    /** What programs ask: they are told to log in, and not sent to a page. */
    private static final String API = "/tarishi/api/";

    private static final Logger LOG = LoggerFactory.getLogger(Crossing.class);
    private static final String SESSION = "session";

    private final Access access;

    Crossing(Access access) {
        this.access = access;
    }

    /** Finds the session of a request; without one the client has its answer when this returns. */
    Optional<Session> admit(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!isGuarded(request, response)) {
            return Optional.empty();
        }
        var session = session(request);
        if (session.isPresent()) {
            return session;
        }
        if (isPage(request)) {
            var query = request.getQueryString();
            var here = query == null ? request.getRequestURI() : request.getRequestURI() + "?" + query;
            redirect(response, LOGIN + "?next=" + URLEncoder.encode(here, StandardCharsets.UTF_8));
        } else {
            challenge(request, response);
            response.sendError(HttpServletResponse.SC_UNAUTHORIZED, "Log in at " + LOGIN + " first.");
        }
        return Optional.empty();
    }

    /** Refuses whatever comes while {@link Guard} is not in the way, as it is while this bundle starts or stops. */
    static boolean isGuarded(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getAttribute(GUARDED) != null) {
            return true;
        }
        LOG.warn("console request refused, the guard of HTTP requests is not in place yet");
        response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE, "The console is starting or stopping.");
        return false;
    }

    Optional<Session> session(HttpServletRequest request) {
        return cookie(request, SESSION).flatMap(access::session);
    }

    /** Names how to log in, as a 401 has to (RFC 9110 section 11.6.1), in a scheme that no browser asks a password for. */
    static void challenge(HttpServletRequest request, HttpServletResponse response) {
        response.setHeader(
                "WWW-Authenticate",
                "Cookie realm=\"Tarishi\", form-action=\"" + LOGIN + "\", cookie-name=\"" + name(request, SESSION)
                        + "\"");
    }

    static void redirect(HttpServletResponse response, String path) {
        // Not sendRedirect: the path is sent as it was checked, and the client resolves it.
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", path);
    }

    static void setSession(HttpServletRequest request, HttpServletResponse response, String id) {
        setCookie(request, response, SESSION, id);
    }

    void logOut(HttpServletRequest request, HttpServletResponse response) {
        cookie(request, SESSION).ifPresent(id -> access.logOut(id, request.getRemoteAddr()));
        setCookie(request, response, SESSION, "");
    }

    static Optional<String> cookie(HttpServletRequest request, String purpose) {
        var cookies = request.getCookies();
        if (cookies != null) {
            for (var cookie : cookies) {
                if (cookie.getName().equals(name(request, purpose))) {
                    return Optional.of(cookie.getValue());
                }
            }
        }
        return Optional.empty();
    }

    /** Sets a cookie that scripts don't see and other sites' requests don't carry; an empty value takes it away. */
    static void setCookie(HttpServletRequest request, HttpServletResponse response, String purpose, String value) {
        var cookie = new Cookie(name(request, purpose), value);
        cookie.setPath("/");
        cookie.setHttpOnly(true);
        cookie.setSecure(request.isSecure());
        cookie.setAttribute("SameSite", "Strict");
        if (value.isEmpty()) {
            cookie.setMaxAge(0);
        }
        response.addCookie(cookie);
    }

    /** Cookies are not kept apart by port, so the name is: two servers on one host don't log each other's users out. */
    private static String name(HttpServletRequest request, String purpose) {
        return (request.isSecure() ? "__Host-" : "") + "tarishi-" + purpose + "-" + request.getLocalPort();
    }

    private static boolean isPage(HttpServletRequest request) {
        var accept = request.getHeader("Accept");
        return !request.getRequestURI().startsWith(API)
                && (request.getMethod().equals("GET") || request.getMethod().equals("HEAD"))
                && request.getHeader("X-Requested-With") == null
                && (accept == null || accept.contains("text/html") || accept.contains("*/*"));
    }
}
