package org.tarishi.core.server;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The settings of the SMTP server, as an operator writes them. */
@ObjectClassDefinition(
        name = "SMTP server",
        description = "What holds for all listeners. A change takes effect for new sessions; no connection is lost.")
@interface Config {
    @AttributeDefinition(
            name = "Host name",
            description =
                    "The name of this host in the greeting, in Received and in Authentication-Results, also the domain"
                            + " of <postmaster>: a domain or an address in brackets. Default: empty, which is what the"
                            + " system calls itself")
    String hostname() default "";

    @AttributeDefinition(
            name = "Greeting",
            description =
                    "The lines of the greeting behind \"220 host ESMTP\", ASCII, at most 20. Default: empty, which is"
                            + " the product and \"ready\"")
    String[] greeting() default {};

    @AttributeDefinition(
            name = "Id in greeting",
            description = "Whether the connection's id ends the first line of the greeting. Default: true")
    boolean idInGreeting() default true;

    @AttributeDefinition(
            name = "Id in refusals",
            description =
                    "Whether each line of a 4yz or 5yz reply begins with the connection's id in brackets. Default:"
                            + " false")
    boolean idInRefusals() default false;

    @AttributeDefinition(
            name = "Hello text",
            description = "What ends the first line of the reply to HELO and EHLO, ASCII. Default: empty")
    String helloText() default "";

    @AttributeDefinition(
            name = "Close text",
            description = "What the reply to QUIT says behind the host name, ASCII. Default: closing connection")
    String closeText() default "closing connection";

    @AttributeDefinition(
            name = "Show version",
            description = "Whether greeting and Received tell the version. Default: true")
    boolean showVersion() default true;

    @AttributeDefinition(
            name = "SMTPUTF8",
            description = "Whether addresses beyond ASCII are taken (RFC 6531). Default: true")
    boolean smtpUtf8() default true;

    @AttributeDefinition(
            name = "Strict syntax",
            description =
                    "Whether blanks behind FROM: and TO:, and addresses without angle brackets, are refused as RFC"
                            + " 5321 allows. Default: false")
    boolean strictSyntax() default false;

    @AttributeDefinition(
            name = "Message size",
            type = AttributeType.LONG,
            min = "0",
            description = "The most octets of a message, offered by SIZE; 0 for no limit. Default: 26214400")
    long maxMessageBytes() default 26_214_400;

    @AttributeDefinition(
            name = "Command line",
            type = AttributeType.INTEGER,
            min = "512",
            max = "65536",
            description = "The most octets of a command line with its CRLF; MAIL and RCPT may have 160 more for their"
                    + " parameters; 512 to 65536. Default: 512")
    int maxCommandLine() default 512;

    @AttributeDefinition(
            name = "Data line",
            type = AttributeType.INTEGER,
            min = "1000",
            max = "16777216",
            description =
                    "The most octets of a line of a message with its CRLF; RFC 5321 asks for 1000, mail in the wild"
                            + " has more; 1000 to 16777216. Default: 16384")
    int maxDataLine() default 16_384;

    @AttributeDefinition(
            name = "Header fields",
            type = AttributeType.INTEGER,
            min = "10",
            max = "100000",
            description = "The most header fields of a message; 10 to 100000. Default: 1000")
    int maxHeaderFields() default 1_000;

    @AttributeDefinition(
            name = "Header size",
            type = AttributeType.INTEGER,
            min = "4096",
            max = "16777216",
            description = "The most octets of a message's header; 4096 to 16777216. Default: 1048576")
    int maxHeaderBytes() default 1_048_576;

    @AttributeDefinition(
            name = "Received fields",
            type = AttributeType.INTEGER,
            min = "1",
            max = "10000",
            description = "The most Received fields of a message before it is taken for going in a circle; 1 to 10000."
                    + " Default: 100")
    int maxReceived() default 100;

    @AttributeDefinition(
            name = "Add Received",
            description = "Whether a Received field is put on each message (RFC 5321 section 4.4). Default: true")
    boolean addReceived() default true;

    @AttributeDefinition(
            name = "Clean Authentication-Results",
            description = "Whether Authentication-Results of incoming messages are renamed to"
                    + " Original-Authentication-Results, so that nobody's word stands for ours. Default: true")
    boolean cleanAuthenticationResults() default true;

    @AttributeDefinition(
            name = "Sessions",
            type = AttributeType.INTEGER,
            min = "1",
            max = "1000000",
            description = "The most connections at once; one more gets 421; 1 to 1000000. Default: 20000")
    int maxSessions() default 20_000;

    @AttributeDefinition(
            name = "Sessions of an address",
            type = AttributeType.INTEGER,
            min = "1",
            max = "1000000",
            description =
                    "The most connections at once from one client address, loopback and trusted networks not counted;"
                            + " one more gets 421; 1 to 1000000. Default: 50")
    int maxSessionsPerAddress() default 50;

    @AttributeDefinition(
            name = "Sessions of a network",
            type = AttributeType.INTEGER,
            min = "1",
            max = "1000000",
            description =
                    "The most connections at once from one network, /24 of IPv4, /64 of IPv6, loopback and trusted"
                            + " networks not counted; one more gets 421; 1 to 1000000. Default: 500")
    int maxSessionsPerNetwork() default 500;

    @AttributeDefinition(
            name = "Trusted networks",
            description = "Addresses and networks, such as 192.0.2.1 or 2001:db8::/32, that are free of the limits by"
                    + " address and network and of the greeting delay, as loopback is. Default: none")
    String[] trustedNetworks() default {};

    @AttributeDefinition(
            name = "Greeting delay",
            description = "How long a client waits for its greeting, ISO-8601; who speaks before it is an early talker,"
                    + " which plugins see from connect on; PT0S to PT1M. Default: PT0S")
    String greetingDelay() default "PT0S";

    @AttributeDefinition(
            name = "Errors",
            type = AttributeType.INTEGER,
            min = "1",
            max = "100000",
            description =
                    "The most wrong commands of a session; after one more it gets 421 and ends; 1 to 100000. Default:"
                            + " 20")
    int maxErrors() default 20;

    @AttributeDefinition(
            name = "Recipients",
            type = AttributeType.INTEGER,
            min = "100",
            max = "1000000",
            description =
                    "The most recipients of a transaction; one more gets 452; 100 (RFC 5321) to 1000000. Default: 1000")
    int maxRecipients() default 1_000;

    @AttributeDefinition(
            name = "Transactions",
            type = AttributeType.INTEGER,
            min = "1",
            max = "100000000",
            description = "The most transactions of a session; one more gets 421; 1 to 100000000. Default: 100000")
    int maxTransactions() default 100_000;

    @AttributeDefinition(
            name = "Command time-out",
            description =
                    "How long a client may take for a whole command, and to read its reply, ISO-8601; PT1S to PT24H."
                            + " Default: PT5M")
    String commandTimeout() default "PT5M";

    @AttributeDefinition(
            name = "Data time-out",
            description = "How long a client may be silent within a message, ISO-8601; PT1S to PT24H. Default: PT3M")
    String dataTimeout() default "PT3M";

    @AttributeDefinition(
            name = "Data rate",
            type = AttributeType.INTEGER,
            min = "0",
            max = "1000000",
            description =
                    "The least octets a second within a message, over each minute in which only the client was waited"
                            + " for; 0 for no limit, to 1000000. Default: 100")
    int minDataRate() default 100;

    @AttributeDefinition(
            name = "Message time-out",
            description = "How long a whole message may take to arrive, ISO-8601; PT1S to P7D. Default: PT1H")
    String messageTimeout() default "PT1H";

    @AttributeDefinition(
            name = "Session time-out",
            description = "How long a connection may last, ISO-8601; PT1S to P30D. Default: PT12H")
    String sessionTimeout() default "PT12H";

    @AttributeDefinition(
            name = "Free heap",
            type = AttributeType.INTEGER,
            min = "0",
            max = "90",
            description =
                    "Percent of the heap that must be free behind a garbage collection; with less, new work is refused"
                            + " for now; 0 for no limit, to 90. Default: 10")
    int minFreeHeap() default 10;

    @AttributeDefinition(
            name = "Free disk",
            type = AttributeType.LONG,
            min = "0",
            description =
                    "Octets that must be free where the instance keeps its data; with less, new work is refused for"
                            + " now; 0 for no limit. Default: 104857600")
    long minFreeDisk() default 104_857_600;

    @AttributeDefinition(
            name = "Free descriptors",
            type = AttributeType.INTEGER,
            min = "0",
            max = "1000000",
            description =
                    "File descriptors that must be free for files and connections to others; with less, new work is"
                            + " refused for now; 0 for no limit, to 1000000. Default: 100")
    int minFreeDescriptors() default 100;

    @AttributeDefinition(
            name = "Lag",
            description =
                    "How late an event loop may be; when one is later, new work is refused for now, ISO-8601; PT0.1S"
                            + " to PT1M, PT0S for no limit. Default: PT2S")
    String maxLag() default "PT2S";

    @AttributeDefinition(
            name = "Drain",
            description = "How long a stop waits for open transactions, ISO-8601; PT0S to PT10M. Default: PT30S")
    String drain() default "PT30S";

    @AttributeDefinition(
            name = "Wait for the queue",
            description = "How long a message for another host waits for a queue that was there and is not, because it"
                    + " is being replaced, before it is refused for now, ISO-8601; PT0S to PT1M. Default: PT5S")
    String outboundWait() default "PT5S";

    @AttributeDefinition(
            name = "Delay while the queue fills",
            description =
                    "How long clients of a submission listener wait for their greeting, ISO-8601, when the queue for other"
                            + " hosts is all but full: from four fifths on they wait, longer the fuller it is, and when it is full they"
                            + " get 421; PT0S to PT1M, PT0S for neither. Default: PT5S")
    String queueDelay() default "PT5S";

    @AttributeDefinition(
            name = "Reverse look-up",
            description = "Whether the client's name is looked up when no plugin gives it. Default: true")
    boolean reverseLookup() default true;

    @AttributeDefinition(name = "Chunking", description = "Whether BDAT is offered (RFC 3030, CHUNKING). Default: true")
    boolean chunking() default true;

    @AttributeDefinition(
            name = "Binary messages",
            description =
                    "Whether BODY=BINARYMIME is offered, with BDAT (RFC 3030). Such a message can be passed on only to"
                            + " a host that takes it too, and is refused with 554 otherwise. Default: false")
    boolean binaryMime() default false;

    @AttributeDefinition(
            name = "DSN",
            description = "Whether the parameters of delivery status notifications are taken and passed on (RFC 3461)."
                    + " Default: true")
    boolean dsn() default true;

    @AttributeDefinition(
            name = "Tell limits",
            description = "Whether EHLO tells the limits of transactions and recipients (RFC 9422). Default: true")
    boolean limits() default true;

    @AttributeDefinition(
            name = "Bare line ends",
            description =
                    "What a CR or LF alone, or a NUL, in a message comes to: refuse (550 5.6.0) or convert (a bare LF"
                            + " becomes CRLF, a bare CR or NUL a blank). Neither ends a message. Default: refuse")
    String bareLineEnds() default "refuse";

    @AttributeDefinition(
            name = "Eight-bit headers",
            description =
                    "Whether a header beyond ASCII is taken without SMTPUTF8, which old software sends and RFC 6531"
                            + " does not know; else 550 5.6.7. Default: true")
    boolean eightBitHeaders() default true;

    @AttributeDefinition(
            name = "SASL mechanisms",
            description =
                    "The mechanisms of AUTH (RFC 4954) that may be offered, in the order in which EHLO tells them; one"
                            + " is offered when it is installed and some store of users can serve it; none for no AUTH at"
                            + " all. Default: SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS, SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5,"
                            + " PLAIN, LOGIN, OAUTHBEARER, XOAUTH2, EXTERNAL")
    String[] authMechanisms() default {
        "SCRAM-SHA-256-PLUS",
        "SCRAM-SHA-1-PLUS",
        "SCRAM-SHA-256",
        "SCRAM-SHA-1",
        "CRAM-MD5",
        "PLAIN",
        "LOGIN",
        "OAUTHBEARER",
        "XOAUTH2",
        "EXTERNAL"
    };

    @AttributeDefinition(
            name = "AUTH without TLS",
            description = "Addresses and networks, such as 127.0.0.1 or 2001:db8::/32, whose clients are offered AUTH"
                    + " without TLS too; whoever can read on the way can read their passwords. Default: none, not"
                    + " even loopback")
    String[] authWithoutTls() default {};

    @AttributeDefinition(
            name = "AUTH relays",
            description = "Whether mail of a client that has authenticated may go anywhere. Default: true")
    boolean authRelays() default true;

    @AttributeDefinition(
            name = "AUTH failures",
            type = AttributeType.INTEGER,
            min = "1",
            max = "1000",
            description =
                    "How often AUTH may fail on one connection; the last failure ends it with 421; 1 to 1000. Default:"
                            + " 3")
    int authFailures() default 3;

    @AttributeDefinition(
            name = "AUTH delay",
            description =
                    "How long the reply to the first failed AUTH of a connection waits; each further one waits twice"
                            + " as long as the one before; ISO-8601, PT0S to PT1M. Default: PT1S")
    String authDelay() default "PT1S";

    @AttributeDefinition(
            name = "Longest AUTH delay",
            description = "How long the reply to a failed AUTH waits at most, ISO-8601; PT0S to PT5M. Default: PT30S")
    String authMaxDelay() default "PT30S";

    @AttributeDefinition(
            name = "AUTH failures of an address",
            type = AttributeType.INTEGER,
            min = "0",
            max = "1000000",
            description =
                    "How often AUTH may fail from one client address (/64 of IPv6) within authWindow, loopback and"
                            + " trusted networks not counted; then its AUTH gets 421 until the window ends; 0 for no"
                            + " limit, to 1000000. Default: 100")
    int authFailuresOfAddress() default 100;

    @AttributeDefinition(
            name = "AUTH failures of a user",
            type = AttributeType.INTEGER,
            min = "0",
            max = "1000000",
            description =
                    "How often AUTH may fail for one user within authWindow, be there such a user or not; then it gets"
                            + " 454 until the window ends, but not from addresses where that user has authenticated"
                            + " before; 0 for no limit, to 1000000. Default: 20")
    int authFailuresOfUser() default 20;

    @AttributeDefinition(
            name = "AUTH window",
            description =
                    "How long failures of an address or a user are counted together, from the first of them, ISO-8601;"
                            + " PT1S to P1D. Default: PT15M")
    String authWindow() default "PT15M";

    @AttributeDefinition(
            name = "AUTH line",
            type = AttributeType.INTEGER,
            min = "1024",
            max = "24576",
            description =
                    "The most octets of a line of AUTH, command or response, with its CRLF; RFC 4954 asks for 12288;"
                            + " 1024 to 24576. Default: 12288")
    int maxAuthLine() default 12_288;

    @AttributeDefinition(
            name = "Senders",
            description =
                    "Tables, such as file:senders, of the senders that each user may name in MAIL: addresses, domains,"
                            + " .domain for all below one, * for any, by commas or blanks; a user who is in none may be a"
                            + " sender by the own name alone. Default: none, so that any user may name any sender")
    String[] senders() default {};

    @AttributeDefinition(
            name = "Senders in From",
            description =
                    "Whether each address of the header fields From and Sender must be such a sender too. Default:"
                            + " false")
    boolean sendersInFrom() default false;

    @AttributeDefinition(
            name = "Complete domain",
            description = "On submission listeners: the domain that completes addresses of a header that have none, and"
                    + " domains of one word. Default: empty, they stay as they are")
    String submissionDomain() default "";

    @AttributeDefinition(
            name = "Domains of one word",
            description = "Whether submission listeners take senders and recipients at domains of one word, such as"
                    + " localhost. Default: false")
    boolean submissionShortDomains() default false;

    @AttributeDefinition(
            name = "Add Sender",
            description =
                    "Whether submission listeners add the header field Sender with the user's name, where that is an"
                            + " address that stands not in From (RFC 6409 section 8.1). Default: false")
    boolean submissionSender() default false;
}
