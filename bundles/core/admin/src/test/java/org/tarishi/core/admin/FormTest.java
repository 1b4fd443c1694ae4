package org.tarishi.core.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FormTest {
    @Test
    void fieldsAreDecodedAndTheFirstOfANameCounts() {
        assertThat(Form.parse("user=a&user=b&password=%26%3D+%C3%A4&next="))
                .contains(new Form(Map.of("user", "a", "password", "&= ä", "next", "")));
    }

    @Test
    void whatIsNotThereIsEmpty() {
        assertThat(Form.parse("").map(form -> form.field("user"))).contains("");
    }

    @Test
    void aBrokenEscapeIsNoForm() {
        assertThat(Form.parse("a=%zz")).isEmpty();
    }
}
