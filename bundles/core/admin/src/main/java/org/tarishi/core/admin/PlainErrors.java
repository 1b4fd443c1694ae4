package org.tarishi.core.admin;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends errors as one line of plain text: the HTTP service's own page may name classes and exceptions. */
final class PlainErrors extends HttpServletResponseWrapper {

    private static final Logger LOG = LoggerFactory.getLogger(PlainErrors.class);

    /** How much is read of what a client sends in vain. */
    private static final int MOST_DRAINED = 64 * 1024;

    private final HttpServletRequest request;

    PlainErrors(HttpServletRequest request, HttpServletResponse response) {
        super(response);
        this.request = request;
    }

    @Override
    public void sendError(int status) throws IOException {
        sendError(status, null);
    }

    @Override
    public void sendError(int status, @Nullable String message) throws IOException {
        drain();
        resetBuffer();
        setStatus(status);
        if (status < 200 || status == SC_NO_CONTENT || status == SC_NOT_MODIFIED) {
            return;
        }
        // From 500 on a message may come out of an exception.
        var why = message == null || (status >= 500 && status != SC_SERVICE_UNAVAILABLE) ? words(status) : message;
        var bytes = (status + " " + why + "\n").getBytes(StandardCharsets.UTF_8);
        setContentType("text/plain; charset=utf-8");
        setHeader("Cache-Control", "no-store");
        setContentLength(bytes.length);
        getOutputStream().write(bytes);
        flushBuffer();
    }

    /**
     * Reads what is on its way, if it is not much. A connection that is closed with something unread is reset, and the answer may be
     * lost with it: a browser would show a broken connection instead.
     */
    private void drain() {
        long announced = request.getContentLengthLong();
        if (announced <= 0 || announced > MOST_DRAINED) {
            return;
        }
        try {
            var _ = request.getInputStream().readNBytes(MOST_DRAINED);
        } catch (IOException | IllegalStateException e) {
            LOG.debug("the body of a refused request was not read: {}", e.toString());
        }
    }

    private static String words(int status) {
        return switch (status) {
            case SC_BAD_REQUEST -> "The request can't be understood.";
            case SC_UNAUTHORIZED -> "Log in first.";
            case SC_FORBIDDEN -> "Not allowed.";
            case SC_NOT_FOUND -> "There is nothing here.";
            case SC_METHOD_NOT_ALLOWED -> "Not with this method.";
            default -> status >= 500 ? "The request failed; the server's log says why." : "The request was refused.";
        };
    }
}
