package org.tarishi.itests.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.beEnums;
import static com.tngtech.archunit.lang.conditions.ArchConditions.beInterfaces;
import static com.tngtech.archunit.lang.conditions.ArchConditions.beRecords;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;

/** Who may know whom, and manners that hold in every room. */
@AnalyzeClasses(packages = "org.tarishi", importOptions = ImportOption.DoNotIncludeTests.class)
final class HouseTest {

    private static final String API = "org.tarishi.api..";
    private static final String SPI = "org.tarishi.core.spi..";
    private static final String BOOT = "org.tarishi.core.boot..";
    private static final String PLUGINS = "org.tarishi.plugin..";
    private static final String EMBEDDED = "org.tarishi.nexthop..";

    /** A rule must not pass by looking at nothing. */
    @ArchTest
    static void everyRoomWasSeen(JavaClasses classes) {
        var rooms = classes.stream()
                .map(JavaClass::getPackageName)
                .filter(p -> p.startsWith("org.tarishi."))
                .collect(Collectors.toSet());
        assertThat(rooms)
                .contains(
                        "org.tarishi.api",
                        "org.tarishi.api.hook",
                        "org.tarishi.core.spi",
                        "org.tarishi.core.boot",
                        "org.tarishi.core.config",
                        "org.tarishi.core.hooks",
                        "org.tarishi.core.message",
                        "org.tarishi.core.queue",
                        "org.tarishi.core.server",
                        "org.tarishi.core.client",
                        "org.tarishi.core.dsn",
                        "org.tarishi.core.tlsrpt",
                        "org.tarishi.core.delivery",
                        "org.tarishi.core.queue",
                        "org.tarishi.core.scheduler",
                        "org.tarishi.core.services",
                        "org.tarishi.core.tables",
                        "org.tarishi.core.tls",
                        "org.tarishi.core.sasl",
                        "org.tarishi.core.dns",
                        "org.tarishi.core.deploy",
                        "org.tarishi.core.admin",
                        "org.tarishi.plugin.acme",
                        "org.tarishi.plugin.discard",
                        "org.tarishi.plugin.xclient",
                        "org.tarishi.plugin.authflatfile",
                        "org.tarishi.plugin.relay",
                        "org.tarishi.plugin.inhostlist",
                        "org.tarishi.plugin.maildir",
                        "org.tarishi.nexthop",
                        "org.tarishi.plugin.lmtp",
                        "org.tarishi.plugin.outboundwebhook",
                        "org.tarishi.plugin.smtpproxy",
                        "org.tarishi.plugin.smtpforward");
        assertThat(classes.size()).isGreaterThan(300);
    }

    @ArchTest
    static final ArchRule pluginsKnowTheApiOnly = noClasses()
            .that(resideInAnyPackage(PLUGINS, EMBEDDED))
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.tarishi.core..", "io.netty..", "org.osgi.framework..")
                    .and(DescribedPredicate.describe(
                            "other than the context that knows the instance's folders",
                            c -> !c.getName().equals("org.osgi.framework.BundleContext"))))
            .because("a plugin must load, test and survive an upgrade with the API alone");

    @ArchTest
    static final ArchRule whatIsEmbeddedKnowsNoPlugin =
            noClasses().that(resideInAPackage(EMBEDDED)).should().dependOnClassesThat(resideInAPackage(PLUGINS));

    @ArchTest
    static final ArchRule pluginsDoNotKnowEachOther =
            slices().matching("org.tarishi.plugin.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule coreBundlesKnowEachOtherThroughTheSpiOnly = slices().matching("org.tarishi.core.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(not(resideInAPackage(SPI)), resideInAPackage(SPI))
            .because("each core bundle can be replaced alone");

    @ArchTest
    static final ArchRule theApiKnowsNobody = classes()
            .that()
            .resideInAPackage(API)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    API,
                    "java..",
                    "javax..",
                    "org.jspecify.annotations..",
                    "org.osgi.annotation..",
                    "org.osgi.service.component.annotations.."));

    @ArchTest
    static final ArchRule theSpiHoldsNoCode = classes()
            .that()
            .resideInAPackage(SPI)
            .and(not(DescribedPredicate.describe("exceptions", (JavaClass c) -> c.isAssignableTo(Exception.class))))
            .and(not(DescribedPredicate.describe(
                    "package-info", (JavaClass c) -> c.getSimpleName().equals("package-info"))))
            .should(beInterfaces().or(beRecords()).or(beEnums()));

    @ArchTest
    static final ArchRule bootKnowsTheJdkTheFrameworkAndTheLogOnly = classes()
            .that()
            .resideInAPackage(BOOT)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    BOOT,
                    "java..",
                    "javax..",
                    "sun.misc..",
                    "org.jspecify.annotations..",
                    "org.osgi.framework..",
                    "org.osgi.resource..",
                    "org.osgi.util.tracker..",
                    "org.apache.felix.framework..",
                    "org.slf4j..",
                    "ch.qos.logback.."))
            .because("boot can't be swapped, so it must not know mail");

    @ArchTest
    static final ArchRule onlyTheServerSpeaksNetty = noClasses()
            .that(not(resideInAPackage("org.tarishi.core.server..")))
            .should()
            .dependOnClassesThat(resideInAPackage("io.netty.."));

    @ArchTest
    static final ArchRule onlyBootSpeaksToTheTerminal = GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS
            .allowEmptyShould(false)
            .as("only boot speaks to the terminal");

    @ArchTest
    static final ArchRule exceptionsSayWhatTheyMean = GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;

    @ArchTest
    static final ArchRule oneLog = GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule nothingIsDeserialised = noClasses()
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.ObjectInputStream")
            .because("what comes from outside is parsed, never revived");

    @ArchTest
    static void everyPackageIsNullMarked(JavaClasses classes) {
        Set<JavaPackage> packages = classes.stream()
                .map(JavaClass::getPackage)
                .filter(p -> p.getName().startsWith("org.tarishi."))
                .collect(Collectors.toSet());
        assertThat(packages).hasSizeGreaterThan(15);
        assertThat(packages)
                .allSatisfy(p -> assertThat(p.isAnnotatedWith(NullMarked.class))
                        .as(p.getName())
                        .isTrue());
    }

    /** Sealing is not seen by the comparison with the baseline, so it is guarded here. */
    @ArchTest
    static void answersStaySealed(JavaClasses classes) {
        var answers = classes.stream()
                .filter(c -> c.getPackageName().startsWith("org.tarishi.api"))
                .filter(c -> c.getSimpleName().endsWith("Result")
                        || c.getSimpleName().endsWith("Decision"))
                .filter(JavaClass::isInterface)
                .toList();
        assertThat(answers)
                .extracting(JavaClass::getSimpleName)
                .contains(
                        "HookResult",
                        "RdnsResult",
                        "CommandResult",
                        "MxResult",
                        "SendDecision",
                        "RetryDecision",
                        "BounceDecision");
        assertThat(answers)
                .allSatisfy(
                        c -> assertThat(c.reflect().isSealed()).as(c.getName()).isTrue());
    }
}
