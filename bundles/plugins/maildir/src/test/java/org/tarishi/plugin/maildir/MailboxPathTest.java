package org.tarishi.plugin.maildir;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tarishi.api.Mailbox;

class MailboxPathTest {

    private static final String PATHS = """
                ann@example.com   ->   example.com/ann
                Ann.B+list_1-x@EXAMPLE.com   ->   example.com/ann.b+list_1-x
                ann@bücher.example   ->   xn--bcher-kva.example/ann
                ann@xn--bcher-kva.example   ->   xn--bcher-kva.example/ann
                jürgen@example.com   ->   example.com/j%C3%BCrgen
                ann@[192.0.2.1]   ->   %5B192.0.2.1%5D/ann
                "."@example.com   ->   example.com/%2E
                ".."@example.com   ->   example.com/%2E.
                "../../etc/passwd"@a.example   ->   a.example/%2E.%2F..%2Fetc%2Fpasswd
                "/etc/passwd"@a.example   ->   a.example/%2Fetc%2Fpasswd
                ".hidden"@a.example   ->   a.example/%2Ehidden
                "a b"@a.example   ->   a.example/a%20b
                "..\\\\x"@a.example   ->   a.example/%2E.%5Cx
                "a%2fb"@a.example   ->   a.example/a%252fb
                "$(id)"@a.example   ->   a.example/%24%28id%29
                `id`@a.example   ->   a.example/%60id%60
                {domain}@a.example   ->   a.example/%7Bdomain%7D
                ~root@a.example   ->   a.example/%7Eroot
                |cat@a.example   ->   a.example/%7Ccat
                new@a.example   ->   a.example/new
                """;

    static Stream<Arguments> addressesAndPaths() {
        return PATHS.lines().map(line -> line.split(" +-> +", 2)).map(parts -> Arguments.of(parts[0], parts[1]));
    }

    @ParameterizedTest(name = "{0} lies in {1}")
    @MethodSource("addressesAndPaths")
    void everyAddressHasOneSafePath(String address, String path) {
        assertThat(MailboxPath.of(Mailbox.parse(address), SettingsTest.with())).isEqualTo(Path.of(path));
    }

    @Test
    void ofAllTextsNoneLeavesItsFolderAndNoTwoShareOne() {
        var random = new Random(7);
        var seen = new HashMap<String, String>();
        var alphabet = "./\\%:~ aA0-+_\u00fc\u0301\u202e\ud83d\ude00\0\n";
        for (int i = 0; i < 100_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(6); n > 0; n--) {
                text.appendCodePoint(alphabet.codePointAt(random.nextInt(alphabet.length())));
            }
            var meant = new String(text.toString().getBytes(UTF_8), UTF_8);

            var name = MailboxPath.name(meant);

            assertThat(name).matches("[A-Za-z0-9_+%-][A-Za-z0-9._+%-]{0,254}");
            assertThat(seen.computeIfAbsent(name, _ -> meant)).isEqualTo(meant);
            assertThat(Path.of("root").resolve(name).normalize().getParent()).isEqualTo(Path.of("root"));
        }
    }

    @Test
    void aNameTooLongForAFileSystemIsCutAndToldApart() {
        var one = MailboxPath.name("\u00fc".repeat(60));
        var other = MailboxPath.name("\u00fc".repeat(61));

        assertThat(one).hasSizeLessThanOrEqualTo(255).startsWith("%C3%BC").contains("%h");
        assertThat(other).hasSizeLessThanOrEqualTo(255).isNotEqualTo(one);
        assertThat(MailboxPath.name("a".repeat(255))).isEqualTo("a".repeat(255));
    }

    @ParameterizedTest(name = "{1} as {0} lies in {2}")
    @CsvSource({
        "+, ann+list@a.example, a.example/ann",
        "+, ann+a+b@a.example, a.example/ann",
        "+, +list@a.example, a.example/+list",
        "-, ann-list@a.example, a.example/ann",
        "'', ann+list@a.example, a.example/ann+list"
    })
    void aSubaddressBelongsToItsUser(String separator, String address, String path) {
        assertThat(MailboxPath.of(Mailbox.parse(address), SettingsTest.with("subaddress", separator)))
                .isEqualTo(Path.of(path));
    }

    @Test
    void lettersAreToldApartWhereTheOperatorSaysSo() {
        assertThat(MailboxPath.of(Mailbox.parse("Ann@A.example"), SettingsTest.with("letterCase", "keep")))
                .isEqualTo(Path.of("a.example/Ann"));
    }

    @Test
    void composedAndDecomposedLettersAreOne() {
        var settings = SettingsTest.with();

        assertThat(MailboxPath.of(Mailbox.parse("ju\u0308rgen@a.example"), settings))
                .isEqualTo(MailboxPath.of(Mailbox.parse("j\u00fcrgen@a.example"), settings));
    }

    @Test
    void theOperatorChoosesTheLayout() {
        assertThat(MailboxPath.of(Mailbox.parse("ann@a.example"), SettingsTest.with("path", "home/{user}/Maildir")))
                .isEqualTo(Path.of("home/ann/Maildir"));
    }
}
