package org.tarishi.core.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Reply;
import org.tarishi.api.StatusReason;
import org.tarishi.api.Text;

/** The words of the core. */
final class Replies {

    /** A line of a reply has at most 500 octets; a character up to three. */
    private static final int LONGEST_TEXT = 120;

    /** {@link Reply} takes no longer ones. */
    private static final int LONGEST_LINE = 500;

    static final EnhancedStatus DONE = new EnhancedStatus(2, 0, 0);
    static final EnhancedStatus SENDER_OK = new EnhancedStatus(2, 1, 0);
    static final EnhancedStatus RCPT_OK = new EnhancedStatus(2, 1, 5);
    private static final EnhancedStatus INVALID = new EnhancedStatus(5, 5, 1);
    private static final EnhancedStatus SYNTAX = new EnhancedStatus(5, 5, 2);
    private static final EnhancedStatus ARGUMENT = new EnhancedStatus(5, 5, 4);

    static final Reply OK = Reply.of(250, DONE, "OK");
    static final Reply SENDER_ACCEPTED = Reply.of(250, SENDER_OK, "sender OK");
    static final Reply RCPT_ACCEPTED = Reply.of(250, RCPT_OK, "recipient OK");
    static final Reply ONLY_TRIED = Reply.of(250, DONE, "tried, and not kept");
    static final Reply VRFY_OK = Reply.of(250, RCPT_OK, "recipient OK");
    static final Reply CANNOT_VRFY =
            Reply.of(252, DONE, "can't tell, but send the mail and it will be tried or refused");
    static final Reply GO_AHEAD = Reply.of(354, "go ahead, end with a dot on a line of its own");
    static final Reply UNKNOWN_COMMAND = Reply.of(500, INVALID, "command not recognized");
    static final Reply NOT_IMPLEMENTED = Reply.of(502, INVALID, "command not implemented");
    static final Reply VERB_AWAY =
            StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(451, "command not available now, try again later");
    static final Reply HELLO_FIRST = Reply.of(503, INVALID, "say EHLO or HELO first");
    static final Reply LHLO_FIRST = Reply.of(503, INVALID, "say LHLO first");
    static final Reply MAIL_FIRST = Reply.of(503, INVALID, "send MAIL first");
    static final Reply RCPT_FIRST = Reply.of(503, INVALID, "no valid recipients: send RCPT first");
    static final Reply ADDRESSED_ALREADY = Reply.of(503, INVALID, "the message has begun: send its end, or RSET first");
    static final Reply CHUNKS_BEGUN = Reply.of(503, INVALID, "the message has begun with BDAT: go on with it, or RSET");
    static final Reply ONLY_CHUNKS = Reply.of(503, INVALID, "BODY=BINARYMIME needs BDAT");
    static final Reply NO_CHUNKING = Reply.of(502, INVALID, "BDAT not offered");
    static final Reply NO_CHUNK_SIZE =
            Reply.of(501, ARGUMENT, "want BDAT octets: closing, nobody knows where they end");
    static final Reply NO_HELP = Reply.of(504, ARGUMENT, "no such command to help with");
    static final Reply NESTED_MAIL =
            Reply.of(503, INVALID, "sender already given: end the transaction or send RSET first");
    static final Reply AUTH_REQUIRED = StatusReason.AUTH_REQUIRED.reply("authentication required");
    static final Reply TLS_GO = Reply.of(220, DONE, "ready to start TLS");
    static final Reply TLS_IS_ON = Reply.of(503, INVALID, "TLS has begun already");
    static final Reply TLS_BETWEEN_MAILS =
            Reply.of(503, INVALID, "STARTTLS within a transaction: end it or send RSET first");
    static final Reply NO_TLS = Reply.of(502, INVALID, "STARTTLS not offered");
    static final Reply TLS_AWAY = StatusReason.SEC_UNSPECIFIED.reply(454, "TLS not available now, try again later");
    static final Reply TLS_REQUIRED = StatusReason.SEC_UNSPECIFIED.reply(530, "must issue a STARTTLS command first");
    static final Reply TLS_EXPECTED =
            StatusReason.SEC_UNSPECIFIED.reply(554, "TLS comes before everything else on this port");
    static final Reply RELAYING_DENIED =
            StatusReason.SEC_RELAYING_DENIED.reply(550, "this mailbox is not served here, and relaying is denied");
    static final Reply TOO_MANY_RCPTS =
            StatusReason.PROTO_TOO_MANY_RCPTS.reply(452, "too many recipients, send the others in another transaction");

    static final Reply BARE_LF = Reply.of(500, SYNTAX, "bare line feed: a line ends with CR and LF");
    static final Reply BARE_CR = Reply.of(500, SYNTAX, "bare carriage return: a line ends with CR and LF");
    static final Reply LINE_TOO_LONG = Reply.of(500, SYNTAX, "line too long");
    static final Reply CONTROL_CHARACTER = Reply.of(500, SYNTAX, "control character in a command");
    static final Reply NO_EIGHT_BIT = Reply.of(500, SYNTAX, "character beyond ASCII in a command");
    static final Reply NO_UTF8 = Reply.of(500, SYNTAX, "the command is not valid UTF-8");
    static final Reply NOT_HTTP = Reply.of(500, INVALID, "this is an SMTP server");
    static final Reply TLS_ON_PLAIN_PORT = Reply.of(500, INVALID, "TLS begun where plain SMTP is spoken");

    static final Reply UTF8_NOT_ASKED_FOR =
            Reply.of(553, new EnhancedStatus(5, 6, 7), "address beyond ASCII: the parameter SMTPUTF8 is missing");
    static final Reply UTF8_HEADER =
            Reply.of(550, new EnhancedStatus(5, 6, 7), "header beyond ASCII: MAIL needs the parameter SMTPUTF8");

    static final Reply MESSAGE_TOO_BIG =
            StatusReason.SYS_MSG_TOO_BIG.reply(552, "message larger than this server takes");
    static final Reply LOOP =
            StatusReason.NET_ROUTING_LOOP.reply(554, "too many Received fields: this mail goes in a circle");
    static final Reply BARE_LF_IN_DATA =
            StatusReason.MEDIA_UNSPECIFIED.reply(550, "bare line feed in the message: a line ends with CR and LF");
    static final Reply BARE_CR_IN_DATA = StatusReason.MEDIA_UNSPECIFIED.reply(
            550, "bare carriage return in the message: a line ends with CR and LF");
    static final Reply NUL_IN_DATA = StatusReason.MEDIA_UNSPECIFIED.reply(550, "NUL in the message");
    static final Reply DATA_LINE_TOO_LONG =
            StatusReason.MEDIA_UNSPECIFIED.reply(554, "a line of the message is too long");
    static final Reply HEADER_TOO_BIG = StatusReason.MEDIA_UNSPECIFIED.reply(554, "the message's header is too big");
    static final Reply NO_STORAGE =
            StatusReason.SYS_DISK_FULL.reply(452, "no room for the message now, try again later");

    static final Reply TIMEOUT = StatusReason.NET_BAD_CONNECTION.reply(421, "timeout, closing connection");
    static final Reply TOO_MANY_ERRORS = StatusReason.SEC_UNSPECIFIED.reply(421, "too many errors, closing connection");
    static final Reply TOO_MANY_TRANSACTIONS =
            StatusReason.NET_SYSTEM_CONGESTED.reply(421, "too many transactions on one connection, connect again");
    static final Reply TOO_MANY_SESSIONS = StatusReason.NET_SYSTEM_CONGESTED.reply(421, "too busy, try again later");
    static final Reply TOO_MANY_OF_YOURS =
            StatusReason.SEC_UNSPECIFIED.reply(421, "too many connections from your address, try again later");
    static final Reply TOO_MANY_OF_YOUR_NETWORK =
            StatusReason.SEC_UNSPECIFIED.reply(421, "too many connections from your network, try again later");
    static final Reply PROXY_TIMEOUT =
            StatusReason.NET_BAD_CONNECTION.reply(421, "timeout while waiting for the PROXY header");
    static final Reply PROXY_NOT_ALLOWED =
            StatusReason.SEC_UNSPECIFIED.reply(421, "PROXY is not allowed from your address");
    static final Reply DATA_TOO_SLOW =
            StatusReason.NET_BAD_CONNECTION.reply(421, "the message comes too slowly, closing connection");
    static final Reply OVERLOADED = StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(421, "overloaded, try again later");
    static final Reply QUEUE_FULL = StatusReason.SYS_DISK_FULL.reply(421, "the queue is full, try again later");
    static final Reply OVERLOADED_DISK = StatusReason.SYS_DISK_FULL.reply(421, "storage is short, try again later");
    static final Reply NOT_WHILE_OVERLOADED =
            StatusReason.SYS_DISK_FULL.reply(452, "resources are short, try again later");
    static final Reply STOPPING = StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(421, "service closing, try again later");
    static final Reply NOT_READY = StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(421, "service not ready, try again later");
    static final Reply NOT_NOW = StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(451, "service not ready, try again later");
    static final Reply OUR_FAULT = StatusReason.SYS_UNSPECIFIED.reply(421, "internal error, try again later");

    /** There is no queue for other hosts. */
    static final Reply NO_OUTBOUND =
            StatusReason.SYS_NOT_ACCEPTING_MAIL.reply(451, "mail to other hosts is not taken now, try again later");

    private Replies() {}

    /** Returns a 501 for an argument that is missing, superfluous or not well formed. */
    static Reply badArgument(String why) {
        return Reply.of(501, ARGUMENT, clean(why));
    }

    /** Returns a 421 for what is no PROXY header. */
    static Reply badProxy(String why) {
        return StatusReason.SEC_UNSPECIFIED.reply(421, "PROXY header expected: " + why);
    }

    /** Returns a 555 for a parameter that was not offered. */
    static Reply unknownParameter(String keyword) {
        return Reply.of(555, ARGUMENT, "parameter not recognized: " + clean(keyword));
    }

    /** Returns a 250 for a chunk that others follow. */
    static Reply chunkTaken(long octets) {
        return Reply.of(250, DONE, octets + " octets received");
    }

    /** Returns the 214 for HELP without a word. */
    static Reply help(List<Verb> verbs) {
        return Reply.of(
                214,
                DONE,
                "This is an SMTP server, see RFC 5321; say HELP and a command for more",
                "Commands: " + verbs.stream().map(Verb::name).collect(Collectors.joining(" ")));
    }

    /** Returns the 214 for HELP with a command. */
    static Reply help(Verb verb) {
        return Reply.of(214, DONE, verb.usage());
    }

    /** Returns a 501 for an address that is none. */
    static Reply badAddress(StatusReason reason, String why) {
        return reason.reply(501, clean(why));
    }

    /** Returns the reply with a status where it has none. */
    static Reply withStatus(Reply reply, EnhancedStatus status) {
        return reply.status() != null || status.statusClass() != reply.code() / 100
                ? reply
                : new Reply(reply.code(), status, reply.lines());
    }

    /** Returns plugin's words under a code, unless the plugin chose another; the core's where there are none. */
    static Reply words(@Nullable Reply words, Reply own) {
        if (words == null) {
            return own;
        }
        int code = words.code() == 250 ? own.code() : words.code();
        var status = words.status() != null && words.status().statusClass() == code / 100 ? words.status() : null;
        if (status == null && own.status() != null && own.status().statusClass() == code / 100) {
            status = own.status();
        }
        return new Reply(code, status, words.lines());
    }

    /** Returns the reply with the id before each line; a line that would become too long stays as it is. */
    static Reply marked(Reply reply, String id) {
        var lines = new ArrayList<>(reply.lines());
        lines.replaceAll(line -> line.getBytes(StandardCharsets.UTF_8).length + id.length() + 3 > LONGEST_LINE
                ? line
                : "[" + id + "] " + line);
        return new Reply(reply.code(), reply.status(), lines);
    }

    /** Returns text of a peer as it may stand in a reply: harmless, and short enough in UTF-8. */
    static String clean(String text) {
        var safe = Text.escaped(clipped(text));
        return clipped(safe);
    }

    private static String clipped(String text) {
        return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
    }
}
