package org.tarishi.core.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CfgFileTest {

    private static final String TEXT = """
            # The port.
            port = 2525

            list = [ "a]", "b\\"]",
              # inside
              "c" ]
            last = a = b
            """;

    @Test
    void valuesStayTextsAndListsMayRunOverLines() {
        assertThat(CfgFile.parse(TEXT).values())
                .isEqualTo(Map.of("port", "2525", "list", "[ \"a]\", \"b\\\"]\", \"c\" ]", "last", "a = b"));
    }

    @Test
    void aKeyIsReplacedInItsPlaceAndEverythingElseStays() {
        assertThat(CfgFile.parse(TEXT).with("port", "0")).isEqualTo(TEXT.replace("port = 2525", "port = 0"));
    }

    @Test
    void aListIsReplacedWithAllItsLines() {
        assertThat(CfgFile.parse(TEXT).with("list", "[ \"d\" ]")).isEqualTo("""
                # The port.
                port = 2525

                list = [ "d" ]
                last = a = b
                """);
    }

    @Test
    void aNewKeyIsAppended() {
        assertThat(CfgFile.parse(TEXT).with("new", "1")).isEqualTo(TEXT + "new = 1\n");
        assertThat(CfgFile.parse("").with("new", "1")).isEqualTo("new = 1\n");
    }

    @Test
    void aKeyThatStandsTwiceStandsOnceAfterwards() {
        assertThat(CfgFile.parse("a = 1\nb = 2\na = 3\n").with("a", "4")).isEqualTo("a = 4\nb = 2\n");
    }

    @Test
    void aLineThatIsNoSettingIsRefusedByItsNumber() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CfgFile.parse("a = 1\nnonsense\n"))
                .withMessage("line 2: want key = value");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CfgFile.parse("a = [ \"b\",\n\"c\"\n"))
                .withMessage("line 1: the list has no ]");
    }
}
