package org.tarishi.core.tlsrpt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.core.spi.TlsResults.Fault;
import org.tarishi.core.spi.TlsResults.Kind;
import org.tarishi.core.spi.TlsResults.Policy;
import org.tarishi.core.spi.TlsResults.Problem;

/**
 * Keeps a {@link Tally} over restarts: a file a day, a line for each policy and below it one for each kind of problem, their fields
 * percent-encoded. One thread.
 */
final class TallyFiles {

    private static final Logger LOG = LoggerFactory.getLogger(TallyFiles.class);

    private static final String END = ".results";

    private final Path folder;

    TallyFiles(Path folder) {
        this.folder = folder;
    }

    /** Reads what there is; a file or a line that can't be read costs what it holds. */
    void load(Tally tally) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.list(folder)) {
            for (var file : files.sorted().toList()) {
                var name = file.getFileName().toString();
                if (name.endsWith(END)) {
                    load(tally, file, name.substring(0, name.length() - END.length()));
                }
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("results of {} can't be read: {}", folder, e.toString());
        }
        var _ = tally.takeChanged();
    }

    private static void load(Tally tally, Path file, String name) {
        try (var lines = Files.newBufferedReader(file)) {
            var day = LocalDate.parse(name);
            var domain = "";
            Policy policy = null;
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var fields = Stream.of(line.split("\t", -1))
                        .map(field -> URLDecoder.decode(field, UTF_8))
                        .toList();
                if (fields.getFirst().equals("policy") && fields.size() == 7) {
                    domain = fields.get(1);
                    policy = new Policy(
                            Kind.valueOf(fields.get(2)), fields.get(3), list(fields.get(4)), list(fields.get(5)));
                    tally.add(day, domain, policy, Long.parseLong(fields.get(6)), Map.of());
                } else if (fields.getFirst().equals("problem") && fields.size() == 7 && policy != null) {
                    var problem = new Problem(
                            Fault.valueOf(fields.get(1)), fields.get(2), fields.get(3), fields.get(4), fields.get(5));
                    tally.add(day, domain, policy, 0, Map.of(problem, Long.parseLong(fields.get(6))));
                } else {
                    throw new IllegalArgumentException("a line that is none");
                }
            }
        } catch (IOException | DateTimeException | IllegalArgumentException e) {
            LOG.warn("some results of {} are lost: {}", file, e.toString());
        }
    }

    private static List<String> list(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split("\n", -1));
    }

    /** Writes what has changed, each file at once or not at all. */
    void save(Tally tally) throws IOException {
        IOException failure = null;
        for (var day : tally.takeChanged()) {
            try {
                save(tally, day);
            } catch (IOException e) {
                tally.touch(day);
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void save(Tally tally, LocalDate day) throws IOException {
        var file = folder.resolve(day + END);
        var domains = tally.domains(day);
        if (domains.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        Files.createDirectories(folder);
        var beside = folder.resolve("." + day);
        try (var out = Files.newBufferedWriter(beside)) {
            for (var domain : domains) {
                for (var counted : tally.of(day, domain).entrySet()) {
                    var policy = counted.getKey();
                    out.write(line(
                            "policy",
                            domain,
                            policy.kind().name(),
                            policy.domain(),
                            String.join("\n", policy.lines()),
                            String.join("\n", policy.hosts()),
                            Long.toString(counted.getValue().good())));
                    for (var bad : new LinkedHashMap<>(counted.getValue().bad()).entrySet()) {
                        var problem = bad.getKey();
                        out.write(line(
                                "problem",
                                problem.fault().name(),
                                problem.host(),
                                problem.address(),
                                problem.sender(),
                                problem.reason(),
                                bad.getValue().toString()));
                    }
                }
            }
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String line(String... fields) {
        return Stream.of(fields)
                .map(field -> URLEncoder.encode(field, UTF_8))
                .collect(Collectors.joining("\t", "", "\n"));
    }
}
