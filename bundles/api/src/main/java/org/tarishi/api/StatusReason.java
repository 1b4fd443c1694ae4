package org.tarishi.api;

/**
 * The well-known reasons of RFC 3463 and its registry, each with the reply code that usually carries it.
 *
 * <p>The class digit follows the code: {@code MBOX_FULL} is {@code 4.2.2} in a 450 and {@code 5.2.2} in a 552.
 */
public enum StatusReason {
    /** 450, x.0.0: nothing better fits. */
    UNSPECIFIED(450, 0, 0),
    /** 450, x.1.0: something is wrong with the address. */
    ADDR_UNSPECIFIED(450, 1, 0),
    /** 550, x.1.1: no such mailbox. */
    ADDR_BAD_DEST_MBOX(550, 1, 1),
    /** 550, x.1.1: no such user. */
    NO_SUCH_USER(550, 1, 1),
    /** 550, x.1.2: the destination's domain does not exist or takes no mail. */
    ADDR_BAD_DEST_SYSTEM(550, 1, 2),
    /** 550, x.1.3: the destination's address is not well formed. */
    ADDR_BAD_DEST_SYNTAX(550, 1, 3),
    /** 450, x.1.4: the address may mean several mailboxes. */
    ADDR_DEST_AMBIGUOUS(450, 1, 4),
    /** 250, x.1.5: the destination is valid. */
    ADDR_RCPT_OK(250, 1, 5),
    /** 550, x.1.6: the mailbox has moved, no forwarding address. */
    ADDR_MBOX_MOVED(550, 1, 6),
    /** 550, x.1.7: the sender's address is not well formed. */
    ADDR_BAD_FROM_SYNTAX(550, 1, 7),
    /** 550, x.1.8: the sender's domain does not exist or takes no mail. */
    ADDR_BAD_FROM_SYSTEM(550, 1, 8),
    /** 556, x.1.10: the domain takes no mail (RFC 7505). */
    ADDR_NULL_MX(556, 1, 10),
    /** 450, x.2.0: something is wrong with the mailbox. */
    MBOX_UNSPECIFIED(450, 2, 0),
    /** 550, x.2.1: the mailbox is disabled. */
    MBOX_DISABLED(550, 2, 1),
    /** 450, x.2.2: the mailbox is full. */
    MBOX_FULL(450, 2, 2),
    /** 550, x.2.3: the message is longer than the mailbox allows. */
    MBOX_MSG_TOO_LONG(550, 2, 3),
    /** 450, x.2.4: a mailing list could not be expanded. */
    MBOX_LIST_EXPANSION_PROBLEM(450, 2, 4),
    /** 450, x.3.0: something is wrong with the destination's system. */
    SYS_UNSPECIFIED(450, 3, 0),
    /** 450, x.3.1: the system's disk is full. */
    SYS_DISK_FULL(450, 3, 1),
    /** 450, x.3.2: the system takes no mail now. */
    SYS_NOT_ACCEPTING_MAIL(450, 3, 2),
    /** 450, x.3.3: the system lacks a feature that was asked for. */
    SYS_NOT_SUPPORTED(450, 3, 3),
    /** 550, x.3.4: the message is larger than the system takes. */
    SYS_MSG_TOO_BIG(550, 3, 4),
    /** 450, x.3.5: the system is not set up properly. */
    SYS_INCORRECTLY_CONFIGURED(450, 3, 5),
    /** 450, x.4.0: something is wrong with the network or routing. */
    NET_UNSPECIFIED(450, 4, 0),
    /** 450, x.4.1: the host does not answer. */
    NET_NO_ANSWER(450, 4, 1),
    /** 450, x.4.2: the connection broke. */
    NET_BAD_CONNECTION(450, 4, 2),
    /** 450, x.4.3: a directory, such as DNS, could not be asked. */
    NET_DIRECTORY_SERVER_FAILED(450, 4, 3),
    /** 550, x.4.4: there is no next hop. */
    NET_UNABLE_TO_ROUTE(550, 4, 4),
    /** 450, x.4.5: the system has too much to do. */
    NET_SYSTEM_CONGESTED(450, 4, 5),
    /** 550, x.4.6: the mail goes in a circle, or over too many hops. */
    NET_ROUTING_LOOP(550, 4, 6),
    /** 550, x.4.7: the mail was too old. */
    NET_DELIVERY_TIME_EXPIRED(550, 4, 7),
    /** 450, x.5.0: something is wrong with the protocol. */
    PROTO_UNSPECIFIED(450, 5, 0),
    /** 550, x.5.1: the command is not valid here. */
    PROTO_INVALID_COMMAND(550, 5, 1),
    /** 550, x.5.2: the command is not well formed. */
    PROTO_SYNTAX_ERROR(550, 5, 2),
    /** 450, x.5.3: too many recipients. */
    PROTO_TOO_MANY_RCPTS(450, 5, 3),
    /** 550, x.5.4: the command's arguments are not valid. */
    PROTO_INVALID_CMD_ARGS(550, 5, 4),
    /** 450, x.5.5: the protocol's version is not supported. */
    PROTO_WRONG_VERSION(450, 5, 5),
    /** 500, x.5.6: an AUTH line is too long (RFC 4954). */
    AUTH_EXCHANGE_TOO_LONG(500, 5, 6),
    /** 450, x.6.0: something is wrong with the content. */
    MEDIA_UNSPECIFIED(450, 6, 0),
    /** 550, x.6.1: the content's type is not supported. */
    MEDIA_UNSUPPORTED(550, 6, 1),
    /** 550, x.6.2: conversion is needed and not allowed. */
    MEDIA_CONV_PROHIBITED(550, 6, 2),
    /** 550, x.6.3: conversion is needed and not possible. */
    MEDIA_CONV_UNSUPPORTED(550, 6, 3),
    /** 450, x.6.4: the content was converted with loss. */
    MEDIA_CONV_LOSSY(450, 6, 4),
    /** 450, x.6.5: conversion failed. */
    MEDIA_CONV_FAILED(450, 6, 5),
    /** 450, x.7.0: something about security. */
    SEC_UNSPECIFIED(450, 7, 0),
    /** 550, x.7.1: not allowed. */
    SEC_UNAUTHORIZED(550, 7, 1),
    /** 550, x.7.1: the client's address is not welcome. */
    SEC_BAD_SENDER_IP(550, 7, 1),
    /** 550, x.7.1: relaying is not allowed. */
    SEC_RELAYING_DENIED(550, 7, 1),
    /** 550, x.7.2: expanding the list is not allowed. */
    SEC_LIST_EXPN_PROHIBITED(550, 7, 2),
    /** 550, x.7.3: security conversion needed and not possible. */
    SEC_CONV_FAILED(550, 7, 3),
    /** 550, x.7.4: a security feature is not supported. */
    SEC_FEATURE_UNSUPPORTED(550, 7, 4),
    /** 550, x.7.5: a cryptographic operation failed. */
    SEC_CRYPTO_FAILURE(550, 7, 5),
    /** 450, x.7.6: a cryptographic algorithm is not supported. */
    SEC_CRYPTO_ALGO_UNSUPPORTED(450, 7, 6),
    /** 550, x.7.7: the message was altered. */
    SEC_MSG_INTEGRITY_FAILURE(550, 7, 7),
    /** 235, x.7.0: authenticated. */
    AUTH_SUCCEEDED(235, 7, 0),
    /** 432, x.7.12: the password must be set anew for this mechanism. */
    AUTH_PASS_TRANSITION_NEEDED(432, 7, 12),
    /** 454, x.7.0: authentication is out of order for now. */
    AUTH_TEMP_FAIL(454, 7, 0),
    /** 535, x.7.8: wrong credentials. */
    AUTH_INVALID(535, 7, 8),
    /** 534, x.7.9: the mechanism is too weak. */
    AUTH_TOO_WEAK(534, 7, 9),
    /** 530, x.7.0: authentication is required. */
    AUTH_REQUIRED(530, 7, 0),
    /** 538, x.7.11: the mechanism needs encryption. */
    AUTH_CRYPT_REQUIRED(538, 7, 11),
    /** 550, x.7.20: no passing DKIM signature (RFC 7372). */
    SEC_DKIM_NO_PASS(550, 7, 20),
    /** 550, x.7.21: no acceptable DKIM signature (RFC 7372). */
    SEC_DKIM_NOT_ACCEPTABLE(550, 7, 21),
    /** 550, x.7.22: no DKIM signature of the author's domain (RFC 7372). */
    SEC_DKIM_NO_AUTHOR_MATCH(550, 7, 22),
    /** 550, x.7.23: SPF says no (RFC 7372). */
    SEC_SPF_FAIL(550, 7, 23),
    /** 451, x.7.24: SPF could not be checked (RFC 7372). */
    SEC_SPF_ERROR(451, 7, 24),
    /** 550, x.7.25: the client has no valid reverse name (RFC 7372). */
    SEC_RDNS_FAIL(550, 7, 25),
    /** 550, x.7.26: several authentication checks failed (RFC 7372). */
    SEC_MULTI_AUTH_FAIL(550, 7, 26),
    /** 550, x.7.27: the sender's domain takes no mail (RFC 7505). */
    SEC_NULL_MX_SENDER(550, 7, 27);

    private final int code;
    private final int subject;
    private final int detail;

    StatusReason(int code, int subject, int detail) {
        this.code = code;
        this.subject = subject;
        this.detail = detail;
    }

    /** Returns the reply code that usually carries this reason. */
    public int code() {
        return code;
    }

    /** Returns the enhanced status under the class of a code. */
    public EnhancedStatus status(int replyCode) {
        return new EnhancedStatus(replyCode / 100, subject, detail);
    }

    /** Returns a reply with the usual code. */
    public Reply reply(String... lines) {
        return reply(code, lines);
    }

    /** Returns a reply with another code, for example a 4yz where the usual one is 5yz. */
    public Reply reply(int replyCode, String... lines) {
        return Reply.of(replyCode, status(replyCode), lines);
    }
}
