package org.tarishi.core.tls;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Hands the JDK the OCSP responses to staple. The JDK takes them from nowhere but a responder, whose answer a handshake waits for; this one
 * is on loopback, and answers from memory.
 */
final class Responder implements AutoCloseable {

    private static final int MOST_BYTES = 4096;

    private final HttpServer server;
    private final Function<BigInteger, byte @Nullable []> responses;

    /**
     * Begins to answer.
     *
     * @param responses gives the response about a certificate by its serial number, null where there is none
     */
    Responder(Function<BigInteger, byte @Nullable []> responses) throws IOException {
        this.responses = responses;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var response = response(question(exchange));
            exchange.getResponseHeaders().set("Content-Type", "application/ocsp-response");
            exchange.sendResponseHeaders(200, response.length);
            exchange.getResponseBody().write(response);
        }
    }

    /** RFC 6960 appendix A.1: by GET in the path, or by POST. */
    private static byte[] question(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("POST")) {
            return exchange.getRequestBody().readNBytes(MOST_BYTES);
        }
        var path = exchange.getRequestURI().getRawPath();
        try {
            return Base64.getDecoder()
                    .decode(URLDecoder.decode(path.replaceFirst("^/+", ""), StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private byte[] response(byte[] question) throws IOException {
        try {
            for (var one : new OCSPReq(question).getRequestList()) {
                var response = responses.apply(one.getCertID().getSerialNumber());
                if (response != null) {
                    return response;
                }
            }
        } catch (IOException e) {
            // No question; said below, as where there is no answer.
        }
        try {
            return new OCSPRespBuilder().build(OCSPRespBuilder.TRY_LATER, null).getEncoded();
        } catch (OCSPException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
