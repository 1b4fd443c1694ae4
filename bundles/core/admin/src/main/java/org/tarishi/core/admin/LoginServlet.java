package org.tarishi.core.admin;

import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardResource;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** The login page: a form that works without scripts, whose token has to agree with a cookie. */
@Component(service = Servlet.class)
@HttpWhiteboardContextSelect(Pages.SELECT)
@HttpWhiteboardServletPattern("/login")
@HttpWhiteboardResource(pattern = Pages.STYLE, prefix = "/org/tarishi/core/admin/style.css")
@SuppressWarnings("serial") // the servlet API makes servlets serializable; nobody serializes this one
public final class LoginServlet extends HttpServlet {
    private static final String TOKEN = "login";

    private final Access access;
    private final Crossing crossing;
    private final SecureRandom random = new SecureRandom();

    /** Logs in to the accounts of {@code access}. */
    @Activate
    public LoginServlet(@Reference Access access) {
        this.access = access;
        crossing = new Crossing(access);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var query = Optional.ofNullable(request.getQueryString()).flatMap(Form::parse);
        var next = Next.safe(query.map(fields -> fields.field("next")).orElse(""));
        if (crossing.session(request).isPresent()) {
            Crossing.redirect(response, next);
        } else {
            page(request, response, HttpServletResponse.SC_OK, next, "");
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var form = Form.read(request);
        if (form.isEmpty()) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST, "That is not the login form.");
            return;
        }
        var next = Next.safe(form.get().field("next"));
        if (!isOurs(request, form.get())) {
            page(
                    request,
                    response,
                    HttpServletResponse.SC_FORBIDDEN,
                    next,
                    "This page had become too old. Please try again.");
            return;
        }
        switch (access.logIn(form.get().field("user"), form.get().field("password"), request.getRemoteAddr())) {
            case Access.Outcome.Admitted(var id) -> {
                Crossing.setCookie(request, response, TOKEN, "");
                Crossing.setSession(request, response, id);
                Crossing.redirect(response, next);
            }
            case Access.Outcome.Refused() -> {
                Crossing.challenge(request, response);
                page(request, response, HttpServletResponse.SC_UNAUTHORIZED, next, "User or password is wrong.");
            }
            case Access.Outcome.Later(var delay) -> {
                response.setHeader("Retry-After", Long.toString(Access.seconds(delay)));
                var message = "Too many attempts. Please try again in " + Access.seconds(delay) + " s.";
                page(request, response, 429, next, message);
            }
        }
    }

    private static boolean isOurs(HttpServletRequest request, Form form) {
        return Crossing.cookie(request, TOKEN)
                .filter(token -> !token.isEmpty() && isEqual(token, form.field("token")))
                .isPresent();
    }

    static boolean isEqual(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    private void page(HttpServletRequest request, HttpServletResponse response, int status, String next, String message)
            throws IOException {
        var token = Sessions.token(random);
        Crossing.setCookie(request, response, TOKEN, token);
        Html.send(response, status, "Log in", """
                %s<form method="post" action="/tarishi/login">
                <input type="hidden" name="token" value="%s">
                <input type="hidden" name="next" value="%s">
                <label>User <input name="user" autocomplete="username" autocapitalize="none" required autofocus></label>
                <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
                <button>Log in</button>
                </form>
                """.formatted(
                        message.isEmpty() ? "" : "<p role=\"alert\">" + Html.escaped(message) + "</p>\n",
                        token,
                        Html.escaped(next)));
    }
}
