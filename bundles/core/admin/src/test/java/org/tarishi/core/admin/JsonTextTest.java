package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTextTest {

    @Test
    void valuesAreWrittenByTheirKind() {
        var map = new LinkedHashMap<String, Object>();
        map.put("list", Arrays.asList(1, 2L, true, null, "a"));
        map.put("none", List.of());
        map.put("empty", Map.of());
        assertThat(JsonText.of(map)).isEqualTo("{\"list\":[1,2,true,null,\"a\"],\"none\":[],\"empty\":{}}");
    }

    @Test
    void whatWouldEndATextOrIsNotSeenIsEscaped() {
        assertThat(JsonText.of("a\"b\\c\n\u2028é")).isEqualTo("\"a\\\"b\\\\c\\u000a\\u2028\\u00e9\"");
    }
}
