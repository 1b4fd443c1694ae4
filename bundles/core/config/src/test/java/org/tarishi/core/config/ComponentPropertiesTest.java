package org.tarishi.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An annotation made of a configuration's values. */
class ComponentPropertiesTest {

    @interface All {
        String PREFIX_ = "x.";

        int port() default 25;

        long size();

        boolean on() default true;

        char mark() default 'c';

        double ratio() default 1;

        TimeUnit unit() default TimeUnit.SECONDS;

        Class<?> type() default String.class;

        String[] hosts() default {"a"};

        int[] ports() default {};

        String a_b() default "";

        String text();
    }

    @interface RetryLimit {
        int value() default 3;
    }

    private static All all(Map<String, Object> values) {
        return (All) ComponentProperties.annotation(All.class, values);
    }

    // OSGi Compendium 8.1, table 112.8.2.
    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
        myProperty143,  myProperty143
        $new,           new
        my$$prop,       my$prop
        dot_prop,       dot.prop
        _secret,        .secret
        another__prop,  another_prop
        three___prop,   three_.prop
        four_$__prop,   four._prop
        five_$_prop,    five..prop
        six$_$prop,     six-prop
        seven$$_$prop,  seven$.prop
        """)
    void aNameIsUnmangledAsTheSpecificationSays(String method, String key) {
        assertThat(ComponentProperties.ofMethod(method)).isEqualTo(key);
    }

    @Test
    void aSingleElementIsNamedByItsType() throws Exception {
        assertThat(ComponentProperties.key(RetryLimit.class.getDeclaredMethod("value")))
                .isEqualTo("retry.limit");
        assertThat(ComponentProperties.key(All.class.getDeclaredMethod("a_b"))).isEqualTo("x.a.b");
    }

    @Test
    void anAbsentKeyIsTheDefaultOrNothing() {
        var all = all(Map.of());

        assertThat(all.port()).isEqualTo(25);
        assertThat(all.size()).isZero();
        assertThat(all.on()).isTrue();
        assertThat(all.unit()).isEqualTo(TimeUnit.SECONDS);
        assertThat(all.hosts()).containsExactly("a");
        assertThat(all.text()).isNull();
        assertThat(all.annotationType()).isEqualTo(All.class);
        all.hosts()[0] = "changed";
        assertThat(all.hosts()).containsExactly("a");
    }

    @Test
    void valuesAreConvertedToTheTypesOfTheElements() {
        var all = all(Map.of(
                "x.port", "26",
                "x.size", 7,
                "x.on", "false",
                "x.mark", "d",
                "x.ratio", 2,
                "x.unit", "DAYS",
                "x.type", "java.util.List",
                "x.hosts", "b",
                "x.ports", List.of("1", 2L),
                "x.text", new String[] {"first", "second"}));

        assertThat(all.port()).isEqualTo(26);
        assertThat(all.size()).isEqualTo(7);
        assertThat(all.on()).isFalse();
        assertThat(all.mark()).isEqualTo('d');
        assertThat(all.ratio()).isEqualTo(2.0);
        assertThat(all.unit()).isEqualTo(TimeUnit.DAYS);
        assertThat(all.type()).isEqualTo(List.class);
        assertThat(all.hosts()).containsExactly("b");
        assertThat(all.ports()).containsExactly(1, 2);
        assertThat(all.text()).isEqualTo("first");
    }

    @Test
    void whatDoesNotFitIsRefusedByKey() {
        assertThatThrownBy(() -> all(Map.of("x.port", "many"))).hasMessage("x.port: want int, not \"many\"");
        assertThatThrownBy(() -> all(Map.of("x.unit", "YEARS")))
                .hasMessageStartingWith("x.unit: want one of NANOSECONDS,");
    }
}
