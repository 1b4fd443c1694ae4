package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeaturesTest {

    @TempDir
    Path folder;

    @BeforeEach
    void aDistributionOfTwoFeatures() throws IOException {
        write("distribution", "{\"class-path\": [\"g:boot:1\"], \"features\": [\"one\", \"two\"]}");
        write("one", "{\"bundles\": [{\"id\": \"g:a:1\", \"start-order\": 6}], \"ready\": [\"listeners\"]}");
        write(
                "two",
                "{\"bundles\": [{\"id\": \"g:b:1\", \"start-order\": 57}], \"afterwards\": [\"console\"],"
                        + " \"framework-properties\": {\"p\": \"v\"}}");
    }

    @Test
    void theFeaturesOfADistributionAreReadInTheirOrder() throws IOException {
        assertThat(Features.read(folder))
                .isEqualTo(new Features(
                        List.of("g:boot:1"),
                        List.of(new Features.Entry("g:a:1", 6), new Features.Entry("g:b:1", 57)),
                        List.of("listeners"),
                        List.of("console"),
                        Map.of("p", "v")));
    }

    @Test
    void aBundleInTwoFeaturesIsRefused() throws IOException {
        write("two", "{\"bundles\": [{\"id\": \"g:a:1\", \"start-order\": 7}]}");

        assertThatIOException()
                .isThrownBy(() -> Features.read(folder))
                .withMessage(folder + ": g:a:1 stands in the features twice");
    }

    @Test
    void aWrongStartOrderIsRefusedWithTheFileAndTheBundle() throws IOException {
        write("two", "{\"bundles\": [{\"id\": \"g:b:1\", \"start-order\": 0}]}");

        assertThatIOException()
                .isThrownBy(() -> Features.read(folder))
                .withMessage(folder.resolve("two.json") + ": g:b:1: start-order: want 1 to 99: 0");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name + ".json"), text);
    }
}
