package org.tarishi.plugin.authflatfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tarishi.plugin.authflatfile.Fixtures.CEILING;
import static org.tarishi.plugin.authflatfile.Fixtures.password;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tarishi.plugin.authflatfile.Users.Letters;

class UsersTest {

    private static final String BCRYPT = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    private static final String SCRAM =
            "SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:D+CSWLOshSulAsxiupA+qs2/fTE=";

    private static Users parse(String... lines) {
        return Users.parse(List.of(lines), Letters.FOLD, CEILING);
    }

    @Test
    void commentsAndEmptyLinesSayNothing() {
        var users = parse("# ann:$6$x", "", "  ", "\t# more", "ann:" + BCRYPT, " bob@b.example: " + BCRYPT);

        assertThat(users.all()).extracting(User::name).containsExactly("ann", "bob@b.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{BLF-CRYPT}", "{blf-crypt}", "{BCRYPT}", "{CRYPT}"})
    void theSchemeInBracesIsOneOfItsNamesOrNotThere(String tag) {
        var ann = parse("ann:" + tag + BCRYPT).find("ann").orElseThrow();

        try (var right = password("U*U");
                var wrong = password("U*V")) {
            assertThat(ann.matches(right)).isTrue();
            assertThat(ann.matches(wrong)).isFalse();
        }
        assertThat(ann.line()).startsWith("ann:{BLF-CRYPT}$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9");
    }

    @Test
    void aUserMayHaveSecretsOfSeveralKinds() {
        var users =
                parse("ann: " + BCRYPT + " " + SCRAM + "\t{PLAIN.B64}cGVuY2ls", "bob:{PLAIN}hunter2", "cy:" + SCRAM);

        var ann = users.find("ann").orElseThrow();
        assertThat(ann.mechanisms()).containsExactly("SCRAM-SHA-1");
        assertThat(ann.scram("SCRAM-SHA-1").orElseThrow().text()).isEqualTo(SCRAM);
        assertThat(ann.plain().orElseThrow()).asString().isEqualTo("pencil");
        assertThat(users.plain()).containsExactly("ann", "bob");
        assertThat(users.kinds()).containsExactlyInAnyOrder("PASSWORD", "PLAIN", "SCRAM-SHA-1");
        try (var right = password("hunter2");
                var pencil = password("pencil")) {
            assertThat(users.find("bob").orElseThrow().matches(right)).isTrue();
            assertThat(users.find("bob").orElseThrow().matches(pencil)).isFalse();
            assertThat(users.find("cy").orElseThrow().matches(pencil)).isTrue();
            assertThat(users.find("cy").orElseThrow().matches(right)).isFalse();
        }
    }

    @Test
    void anExclamationMarkDisablesAUserWhoseSecretsAreNotOffered() {
        var users = parse("ann:!" + BCRYPT + " " + SCRAM, "bob:! " + BCRYPT);

        assertThat(users.all()).allMatch(User::isDisabled);
        assertThat(users.kinds()).containsExactly("PASSWORD");
        var ann = users.find("ann").orElseThrow();
        assertThat(ann.withDisabled(false).line()).doesNotContain("!");
        assertThat(parse(ann.line()).find("ann").orElseThrow().isDisabled()).isTrue();
    }

    @Test
    void lettersOfNamesCountOnlyWhereTheyAreKept() {
        var line = List.of("Ann@A.example:" + BCRYPT);

        assertThat(Users.parse(line, Letters.FOLD, CEILING).find("ann@a.example"))
                .isPresent();
        assertThat(Users.parse(line, Letters.KEEP, CEILING).find("ann@a.example"))
                .isEmpty();
        assertThat(Users.parse(line, Letters.KEEP, CEILING).find("Ann@A.example"))
                .isPresent();
        // composed or not, and full-width letters
        assertThat(parse("J\u00fcrgen:" + BCRYPT).find("Ju\u0308rgen")).isPresent();
        assertThat(parse("ann:" + BCRYPT).find("\uff41\uff4e\uff4e")).isPresent();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        ann                                | line 2: want name:{SCHEME}hash
        :$6$x                              | line 2: a name has 1 to 320 characters
        a b\\u0007:x                       | line 2: a name has no colon, no control character, no # in front, and no blank at its ends
        ann:                               | line 2: no hash in modular crypt or PHC form
        ann:!                              | line 2: no hash in modular crypt or PHC form
        ann:hunter2                        | line 2: no hash in modular crypt or PHC form
        ann:{PLAIN}                        | line 2: a password has 1 to 512 octets
        ann:{PLAIN.B64}***                 | line 2: {PLAIN.B64} wants base 64
        ann:{SHA512-CRYPT}BCRYPT           | line 2: the scheme in braces is not that of what follows
        ann:{SCRAM-SHA-256}SCRAM           | line 2: the scheme in braces is not that of what follows
        ann:BCRYPT BCRYPT                  | line 2: two secrets of one kind
        ann:SCRAM SCRAM                    | line 2: two secrets of one kind
        ann:{PLAIN}a {PLAIN}b              | line 2: two secrets of one kind
        FIRST:BCRYPT                       | line 2: FIRST is there twice
        ann:$2a$17$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW | line 2: bcrypt cost=17 is more work than maxCost = 16 allows
        ann:$argon2id$v=19$m=65537,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4 | line 2: argon2id m=65537,t=1,p=1 takes 65537 KiB, more than maxMemory = 65536
        ann:$argon2id$v=19$m=2147483647,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4 | line 2: argon2id m=2147483647,t=1,p=1 takes 2147483647 KiB, more than maxMemory = 65536
        ann:$argon2id$v=19$m=64,t=2147483647,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4 | line 2: argon2id m=64,t=2147483647,p=1 is more work than maxCost = 16 allows
        ann:$scrypt$ln=30,r=1024,p=1024$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4 | line 2: scrypt ln=30,r=1024,p=1024 takes 137439084544 KiB, more than maxMemory = 65536
        ann:$pbkdf2-sha256$2147483647$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4 | line 2: pbkdf2-sha256 i=2147483647 is more work than maxCost = 16 allows
        ann:$5$rounds=999999999$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5 | line 2: sha256-crypt rounds=999999999 is more work than maxCost = 16 allows
        """)
    void aBadLineIsToldByItsNumberAndNotByItsSecrets(String line, String message) {
        var text = line.replace("BCRYPT BCRYPT", BCRYPT + " " + BCRYPT)
                .replace("}BCRYPT", "}" + BCRYPT)
                .replace(":BCRYPT", ":" + BCRYPT)
                .replace("SCRAM SCRAM", SCRAM + " " + SCRAM)
                .replace("}SCRAM", "}" + SCRAM)
                .replace("\\u0007", "\u0007");
        assertThatThrownBy(() -> parse("first:" + BCRYPT, text)).hasMessage(message);
    }

    @Test
    void scramIterationsBeyondTheCeilingAreRefused() {
        assertThatThrownBy(() -> parse("ann:" + SCRAM.replace("4096", "999999999")))
                .hasMessage("line 1: 999999999 iterations of SCRAM are more work than maxCost = 16 allows");
    }

    @Test
    void anUnknownUserIsToCostWhatMostKnownOnesDo() {
        var users = parse(
                "ann:" + BCRYPT,
                "bob:" + BCRYPT,
                "cy:$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");

        assertThat(users.usualRecipe()).contains(new Bcrypt(5));
        assertThat(Users.NONE.usualRecipe()).isEmpty();
    }

    @Test
    void nothingOfASecretIsInATextForm() {
        var user = parse("ann:" + BCRYPT + " " + SCRAM + " {PLAIN}pencil")
                .find("ann")
                .orElseThrow();

        Stream.of(user, user.hash().orElseThrow(), user.scram("SCRAM-SHA-1").orElseThrow())
                .forEach(one -> assertThat(one.toString()).doesNotContain("CCCC", "6dlG", "QSXC", "pencil"));
    }

    @Test
    void aLineIsFoundByItsUser() {
        var lines = List.of("# ann:x", "bob:x", "Ann:x", "nonsense");

        assertThat(Users.indexOf(lines, "ann", Letters.FOLD)).isEqualTo(2);
        assertThat(Users.indexOf(lines, "ann", Letters.KEEP)).isEqualTo(-1);
        assertThat(Users.indexOf(lines, "nonsense", Letters.FOLD)).isEqualTo(-1);
    }
}
