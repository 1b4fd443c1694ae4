package org.tarishi.core.dns;

import org.xbill.DNS.Name;
import org.xbill.DNS.Type;

/**
 * What is asked. Names are equal whatever their case.
 *
 * @param type by its number
 */
record Question(Name name, int type) {

    @Override
    public String toString() {
        return name.toString(true) + " " + Type.string(type);
    }
}
