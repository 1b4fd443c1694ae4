package org.tarishi.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Version;

/** The framework's words, as Felix 7 writes them, and ours. */
final class ExplanationTest {

    private static final PluginJar JAR = new PluginJar(Path.of("x.jar"), "0", "x", new Version(1, 0, 0));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Unable to resolve x [5](R 5.0): missing requirement [x [5](R 5.0)] osgi.wiring.package; (&(osgi.wiring.package=com.acme)(version>=1.0.0)(!(version>=2.0.0))) Unresolved requirements: [[x [5](R 5.0)] osgi.wiring.package; (&(osgi.wiring.package=com.acme)(version>=1.0.0)(!(version>=2.0.0)))] | x 1.0.0 needs the package com.acme in a version from 1.0.0 up to 2.0.0, and no bundle here has it: install a bundle that exports it first, or put it into the plugin (bnd: -includepackage)
            Unable to resolve x [5](R 5.0): missing requirement [x [5](R 5.0)] osgi.wiring.package; (osgi.wiring.package=com.acme) Unresolved requirements: [[x [5](R 5.0)] osgi.wiring.package; (osgi.wiring.package=com.acme)] | x 1.0.0 needs the package com.acme, and no bundle here has it: install a bundle that exports it first, or put it into the plugin (bnd: -includepackage)
            Unable to resolve x [5](R 5.0): missing requirement [x [5](R 5.0)] osgi.wiring.package; (&(osgi.wiring.package=org.tarishi.api.hook)(version>=2.0.0)(!(version>=3.0.0))) Unresolved requirements: [] | x 1.0.0 needs org.tarishi.api.hook in a version from 2.0.0 up to 3.0.0, and this server has another one: build it against this server's API
            Unable to resolve x [5](R 5.0): missing requirement [x [5](R 5.0)] osgi.extender; (&(osgi.extender=acme)(version>=1.0.0)) Unresolved requirements: [] | x 1.0.0 lacks something: osgi.extender; (&(osgi.extender=acme)(version>=1.0.0))
            """)
    void theResolversReasonIsASentenceWithANextStep(String reason, String sentence) {
        assertThat(Explanation.unresolved(JAR, reason)).isEqualTo(sentence);
    }
}
