package org.tarishi.core.server;

import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;

/** The words of the core about AUTH (RFC 4954 sections 4 and 6), and about who may send. None repeats what the client sent. */
final class AuthReplies {

    private static final EnhancedStatus INVALID = new EnhancedStatus(5, 5, 1);
    private static final EnhancedStatus ARGUMENT = new EnhancedStatus(5, 5, 4);

    static final Reply SUCCESS = StatusReason.AUTH_SUCCEEDED.reply("authentication successful");
    static final Reply INVALID_CREDENTIALS = StatusReason.AUTH_INVALID.reply("authentication failed");
    static final Reply UNAVAILABLE =
            StatusReason.AUTH_TEMP_FAIL.reply("authentication is not possible now, try again later");
    static final Reply LIMITED =
            StatusReason.AUTH_TEMP_FAIL.reply("too many failures for this account, try again later");
    static final Reply TOO_MANY_FAILURES =
            StatusReason.SEC_UNSPECIFIED.reply(421, "too many authentication failures, closing connection");
    static final Reply TOO_MANY_FROM_ADDRESS =
            StatusReason.SEC_UNSPECIFIED.reply(421, "too many authentication failures from your address");
    static final Reply TOO_EARLY = StatusReason.SEC_UNSPECIFIED.reply(501, "the mechanism takes no initial response");
    static final Reply CANCELLED = StatusReason.SEC_UNSPECIFIED.reply(501, "authentication cancelled");
    static final Reply BAD_BASE64 = Reply.of(501, new EnhancedStatus(5, 5, 2), "want base64: authentication cancelled");
    static final Reply TOO_LONG = StatusReason.AUTH_EXCHANGE_TOO_LONG.reply("authentication line too long");
    static final Reply NO_MECHANISM = Reply.of(501, ARGUMENT, "want AUTH mechanism [initial-response]");
    static final Reply TOO_MANY_WORDS = Reply.of(501, ARGUMENT, "want AUTH mechanism [initial-response], no more");
    static final Reply UNKNOWN_MECHANISM = Reply.of(504, ARGUMENT, "authentication mechanism not offered");
    static final Reply ALREADY = Reply.of(503, INVALID, "already authenticated");
    static final Reply IN_TRANSACTION =
            Reply.of(503, INVALID, "no AUTH within a transaction: end it or send RSET first");
    static final Reply NOT_OFFERED = Reply.of(502, INVALID, "AUTH not offered");
    static final Reply TLS_FIRST =
            StatusReason.AUTH_CRYPT_REQUIRED.reply("encryption required for authentication: begin TLS first");

    static final Reply NOT_YOUR_SENDER =
            StatusReason.SEC_UNAUTHORIZED.reply(553, "this sender is not one of the authenticated user's");
    static final Reply NOT_YOUR_FROM = StatusReason.SEC_UNAUTHORIZED.reply(
            550, "an address of the From or Sender field is not one of the authenticated user's");
    static final Reply SENDERS_UNKNOWN =
            StatusReason.SYS_UNSPECIFIED.reply(451, "whose sender this is can't be looked up now, try again later");
    static final Reply SHORT_SENDER =
            StatusReason.ADDR_BAD_FROM_SYNTAX.reply(553, "the sender's domain is not fully qualified");
    static final Reply SHORT_RECIPIENT =
            StatusReason.ADDR_BAD_DEST_SYNTAX.reply(553, "the recipient's domain is not fully qualified");

    private AuthReplies() {}
}
