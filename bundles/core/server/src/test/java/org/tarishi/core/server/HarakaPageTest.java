package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page for those who come from Haraka names the dialogs that prove it. */
final class HarakaPageTest {

    private static final Pattern QUOTED = Pattern.compile("\"([^\"|]+)\"");

    @Test
    void eachProofIsADialog() throws IOException {
        var dialogs = Dialog.all().stream().map(Dialog::name).collect(Collectors.toSet());
        var page = Files.readString(Path.of("HARAKA.md"));

        var named = QUOTED.matcher(page)
                .results()
                .map((MatchResult each) -> each.group(1).replaceAll("\\s+", " "))
                .filter(each -> !each.equals("Replies"))
                .toList();

        assertThat(named).hasSizeGreaterThan(60).isSubsetOf(dialogs);
    }
}
