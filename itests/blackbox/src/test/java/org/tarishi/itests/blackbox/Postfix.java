package org.tarishi.itests.blackbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Debian's Postfix, in the foreground, with its settings in a folder of ours. */
final class Postfix {

    /** Lines of {@code master.cf} that each has. */
    static final String SERVICES = """
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            proxymap unix - - n - - proxymap
            smtp unix - - n - - smtp
            lmtp unix - - n - - lmtp
            virtual unix - n n - - virtual
            error unix - - n - - error
            retry unix - - n - - error
            anvil unix - - n - 1 anvil
            scache unix - - n - 1 scache
            tlsmgr unix - - n 1000? 1 tlsmgr
            postlog unix-dgram n - n - 1 postlogd
            """;

    private Postfix() {}

    /** Lines of {@code main.cf}: these, and those by which it runs at all. */
    static String settings(String log, String more) {
        return """
                compatibility_level = 3.6
                queue_directory = /var/spool/postfix
                data_directory = /var/spool/postfix/data
                meta_directory = %s
                maillog_file = %s
                mydestination =
                local_recipient_maps =
                alias_maps =
                inet_protocols = ipv4
                """.formatted(Setup.tool("root").resolve("etc/postfix"), log) + more;
    }

    /** Settings by which mail to anybody at these domains lies in the Maildir {@code box} of a folder, where everybody may write. */
    static String box(List<String> domains, Path folder) {
        return """
                virtual_mailbox_domains = %s
                virtual_mailbox_maps = static:box/
                virtual_mailbox_base = %s
                virtual_uid_maps = static:65534
                virtual_gid_maps = static:65534
                """.formatted(String.join(", ", domains), folder);
    }

    /**
     * Starts one, which is not heard of yet.
     *
     * @param folder where its settings and its output go
     * @param listeners lines of {@code master.cf}, beside the usual services
     * @param settings lines of {@code main.cf}, beside those by which it runs at all
     */
    static Debian.Server start(Debian debian, Path folder, String listeners, String settings) throws IOException {
        var conf = Files.createDirectory(folder.resolve("postfix.conf"));
        Files.writeString(conf.resolve("master.cf"), listeners + SERVICES);
        Files.writeString(conf.resolve("main.cf"), settings("/dev/stdout", settings));
        return debian.start(
                folder.resolve("postfix.out"),
                "sh",
                "-c",
                "mkdir -m 755 /var/spool/postfix && exec postfix -c \"$1\" start-fg",
                "sh",
                conf.toString());
    }
}
