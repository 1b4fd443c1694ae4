package org.tarishi.itests.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.tarishi.core.boot.Features;
import org.tarishi.core.boot.Repository;

/** What the distribution holds. */
class ContentTest {

    private static final Path HOME = Path.of(Objects.requireNonNull(System.getProperty("tarishi.distribution")));

    @Test
    void theRepositoryHoldsWhatTheFeaturesNameAndNothingElse() throws IOException {
        var named = Features.read(HOME.resolve("features")).bundles().stream()
                .map(bundle -> Repository.place(bundle.id()))
                .toList();
        var root = HOME.resolve("repository");
        try (var files = Files.walk(root)) {
            var held = files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .filter(name -> !name.equals("SHA256SUMS"))
                    .toList();
            assertThat(held).hasSizeGreaterThan(30).containsExactlyInAnyOrderElementsOf(named);
        }
    }

    @Test
    void noShellAndNoContractThatAnImplementationExportsItself() throws IOException {
        assertThat(Features.read(HOME.resolve("features")).bundles())
                .extracting(Features.Entry::id)
                .noneMatch(id -> id.contains("gogo"))
                .noneMatch(id -> id.contains("osgi.service.cm"))
                .noneMatch(id -> id.contains("osgi.service.log"))
                .noneMatch(id -> id.contains("osgi.service.servlet"));
    }

    @Test
    void theConsolesLoginStartsBeforeHttp() throws IOException {
        var levels = Features.read(HOME.resolve("features")).bundles().stream()
                .collect(Collectors.toMap(each -> each.id().split(":", -1)[1], Features.Entry::startOrder));

        assertThat(levels.get("org.tarishi.core.admin"))
                .isLessThan(Objects.requireNonNull(levels.get("org.apache.felix.http.jetty12")))
                .isLessThan(Objects.requireNonNull(levels.get("org.apache.felix.webconsole")));
    }

    @Test
    void theArchiveHoldsTheDistributionUnderOneFolder() throws IOException {
        var archive = HOME.resolveSibling(HOME.getFileName() + ".tar.gz");
        try (var in = new GZIPInputStream(Files.newInputStream(archive))) {
            var header = in.readNBytes(512);
            assertThat(new String(header, 0, 100, java.nio.charset.StandardCharsets.US_ASCII))
                    .startsWith(HOME.getFileName() + "/");
        }
    }
}
